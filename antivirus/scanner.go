package antivirus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Scanner looks for what is harmful.
type Scanner interface {
	// Scan reads to the end and names what it found, "" for nothing. An error says that
	// nobody knows.
	Scan(ctx context.Context, from io.Reader) (found string, err error)
	// Ready tells whether it would answer.
	Ready(ctx context.Context) error
}

// Parse reads where a scanner is: unix:/run/clamav/clamd.ctl or tcp:host:3310, or the
// word development.
func Parse(where string) (Scanner, error) {
	network, address, _ := strings.Cut(where, ":")
	switch {
	case where == "development":
		return Development{}, nil
	case (network == "unix" || network == "tcp") && address != "":
		return Clamd{Network: network, Address: address}, nil
	}
	return nil, fmt.Errorf("%q is no antivirus: unix:/run/clamav/clamd.ctl, tcp:127.0.0.1:3310 or development", where)
}

// Development finds the test file of the antivirus makers where it stands uncompressed,
// and nothing else: it protects nobody.
type Development struct{}

// eicar is the test file, in two parts so that this program is not taken for it.
const eicar = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-` + `ANTIVIRUS-TEST-FILE!$H+H*`

// Scan looks for the test file.
func (Development) Scan(_ context.Context, from io.Reader) (string, error) {
	const step = 64 << 10
	window := make([]byte, 0, len(eicar)+step)
	for {
		n, err := io.ReadFull(from, window[len(window):len(window)+step])
		window = window[:len(window)+n]
		switch {
		case bytes.Contains(window, []byte(eicar)):
			return "Eicar-Test", nil
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return "", nil
		case err != nil:
			return "", err
		}
		kept := copy(window, window[max(0, len(window)-len(eicar)):])
		window = window[:kept]
	}
}

// Ready is always so.
func (Development) Ready(context.Context) error { return nil }
