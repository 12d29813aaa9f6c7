package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
)

const patience = 10 * time.Second

func listen(t testing.TB) net.Listener {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func dial(t testing.TB, address string) net.Conn {
	t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// sendHalf sends a request without the end of its body, and the end later.
func sendHalf(t testing.TB, conn net.Conn) (finish func() (answer string, err error)) {
	t.Helper()
	body := ask("{ hello }")
	_, err := fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(body))
	if err != nil {
		t.Fatal(err)
	}
	// The server asks for the body once the handler reads it: the request is
	// then known to be under way.
	r := bufio.NewReader(conn)
	if line, err := r.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("no request under way: %q %v", line, err)
	}
	if _, err := r.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, body[:5]); err != nil {
		t.Fatal(err)
	}
	return func() (string, error) {
		if _, err := io.WriteString(conn, body[5:]); err != nil {
			return "", err
		}
		response, err := http.ReadResponse(r, nil)
		if err != nil {
			return "", err
		}
		defer func() { _ = response.Body.Close() }()
		answer, err := io.ReadAll(response.Body)
		return string(answer), err
	}
}

// refused polls until a port takes no more connections.
func refused(t testing.TB, address string) bool {
	t.Helper()
	var dialer net.Dialer
	for end := time.Now().Add(patience); time.Now().Before(end); {
		conn, err := dialer.DialContext(t.Context(), "tcp", address)
		if err != nil {
			return true
		}
		_ = conn.Close()
	}
	return false
}

func TestServeFinishesHalfSentRequests(t *testing.T) {
	t.Parallel()
	l := listen(t)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, l, newHandler(t), slog.New(slog.DiscardHandler), patience) }()

	finish := sendHalf(t, dial(t, l.Addr().String()))
	stop()
	if !refused(t, l.Addr().String()) {
		t.Error("new connections are taken while stopping")
	}
	answer, err := finish()
	if err != nil {
		t.Fatalf("the half-sent request was lost: %v", err)
	}
	if answer != `{"data":{"hello":"bonjour"}}` {
		t.Errorf("answer %s", answer)
	}
	if err := <-served; err != nil {
		t.Errorf("stopped with %v", err)
	}
}

func TestServeCutsWhatOutlastsItsGrace(t *testing.T) {
	t.Parallel()
	l := listen(t)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() {
		served <- Serve(ctx, l, newHandler(t), slog.New(slog.DiscardHandler), 10*time.Millisecond)
	}()
	finish := sendHalf(t, dial(t, l.Addr().String()))
	stop()
	if err := <-served; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("stopped with %v", err)
	}
	if _, err := finish(); err == nil {
		t.Error("a request outlasted the grace")
	}
}

func TestServeReportsALostListener(t *testing.T) {
	t.Parallel()
	l := listen(t)
	_ = l.Close()
	if err := Serve(t.Context(), l, newHandler(t), slog.New(slog.DiscardHandler), patience); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// TestHole8SlowSockets opens a socket that sends nothing on the getting-started
// server and on ours: ours closes it.
func TestHole8SlowSockets(t *testing.T) {
	t.Parallel()
	theirs, ours := listen(t), listen(t)
	plain := &http.Server{Handler: handler.NewDefaultServer(newFixture(t))} // Without timeouts, and the point.
	go func() { _ = plain.Serve(theirs) }()
	t.Cleanup(func() { _ = plain.Close() })
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, ours, newHandler(t), slog.New(slog.DiscardHandler), patience) }()

	open, closed := dial(t, theirs.Addr().String()), dial(t, ours.Addr().String())
	for _, conn := range []net.Conn{open, closed} {
		if _, err := io.WriteString(conn, "POST /graphql HTTP/1.1\r\n"); err != nil {
			t.Fatal(err)
		}
	}
	if err := closed.SetReadDeadline(time.Now().Add(2 * readHeaderTimeout)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(closed); err != nil {
		t.Errorf("our server keeps the slow socket: %v", err)
	}
	if err := open.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := open.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the getting-started server does not show the hole: %v", err)
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// serveEnv makes this test binary serve instead of test; see [TestHole15Sigterm].
const serveEnv = "GUICHET_TEST_SERVE"

// TestHole15Sigterm ends a process with SIGTERM while a request is half sent: a bare
// ListenAndServe loses it, ours answers it and ends well.
func TestHole15Sigterm(t *testing.T) {
	t.Parallel()
	switch os.Getenv(serveEnv) {
	case "theirs":
		l := listen(t)
		fmt.Println(l.Addr())
		t.Fatal(http.Serve(l, handler.NewDefaultServer(newFixture(t)))) // Without timeouts, and the point.
	case "ours":
		ctx, stop := signal.NotifyContext(t.Context(), syscall.SIGTERM)
		defer stop()
		l := listen(t)
		fmt.Println(l.Addr())
		if err := Serve(ctx, l, newHandler(t), slog.New(slog.DiscardHandler), patience); err != nil {
			t.Fatal(err)
		}
		return
	}
	for which, lost := range map[string]bool{"theirs": true, "ours": false} {
		process := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHole15Sigterm$")
		process.Env = append(os.Environ(), serveEnv+"="+which)
		out, err := process.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		address, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		address = strings.TrimSpace(address)
		finish := sendHalf(t, dial(t, address))
		if err := process.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if !refused(t, address) {
			t.Errorf("%s: new connections are taken after SIGTERM", which)
		}
		_, err = finish()
		if (err != nil) != lost {
			t.Errorf("%s: half-sent request ended with %v", which, err)
		}
		_, _ = io.Copy(io.Discard, lines)
		if err := process.Wait(); (err != nil) != lost {
			t.Errorf("%s: process ended with %v", which, err)
		}
	}
}
