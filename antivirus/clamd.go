package antivirus

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Clamd is ClamAV's daemon at a socket (clamd(8), INSTREAM). The longest file it takes
// is its own setting: StreamMaxLength, 25 MiB unless told otherwise.
type Clamd struct{ Network, Address string }

// The time that an answer may take, and how much is sent at once.
const (
	answerWithin = 2 * time.Minute
	pieceOfFile  = 64 << 10
)

// Scan sends what it reads to the daemon.
func (c Clamd) Scan(ctx context.Context, from io.Reader) (string, error) {
	answer, err := c.ask(ctx, "zINSTREAM\x00", from)
	if err != nil {
		return "", err
	}
	told, isFound := strings.CutSuffix(answer, " FOUND")
	switch {
	case isFound:
		return strings.TrimPrefix(told, "stream: "), nil
	case answer == "stream: OK":
		return "", nil
	}
	return "", fmt.Errorf("clamd says %q", answer)
}

// Ready asks whether the daemon is there.
func (c Clamd) Ready(ctx context.Context) error {
	answer, err := c.ask(ctx, "zPING\x00", nil)
	if err == nil && answer != "PONG" {
		err = fmt.Errorf("clamd says %q", answer)
	}
	return err
}

// ask sends a command, and bytes after it unless they are nil, and reads the answer.
func (c Clamd) ask(ctx context.Context, command string, from io.Reader) (answer string, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, c.Network, c.Address)
	if err != nil {
		return "", fmt.Errorf("reach clamd: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return "", err
	}
	sent := send(conn, command, from)
	if broken := (*net.OpError)(nil); sent != nil && !errors.As(sent, &broken) {
		return "", sent
	}
	// It may answer, and close, before it has everything: then that says why.
	answer, err = bufio.NewReader(conn).ReadString(0)
	if err != nil {
		return "", fmt.Errorf("ask clamd: %w", errors.Join(sent, err))
	}
	return strings.TrimSuffix(answer, "\x00"), nil
}

// send writes the command and the bytes in pieces, each after its length; an empty one
// ends them. Where reading fails there is no end.
func send(to io.Writer, command string, from io.Reader) error {
	if _, err := io.WriteString(to, command); err != nil || from == nil {
		return err
	}
	buffer := make([]byte, 4+pieceOfFile)
	for {
		n, err := io.ReadFull(from, buffer[4:])
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		binary.BigEndian.PutUint32(buffer, uint32(n)) //nolint:gosec // 64 KiB at most
		if _, err := to.Write(buffer[:4+n]); err != nil || n == 0 {
			return err
		}
	}
}
