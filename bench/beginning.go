package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/guichet-logement/guichet/internal/pgserver"
)

// starts is how often a start is measured.
const starts = 3

// firstQuestion is small and reads the database.
var firstQuestion = operation{document: `{ serviceCatalogue { levels { level services { code } } } }`}

// measureStarts measures the start on a database that runs, and on the sandbox's
// own data directory, where PostgreSQL is started too.
func (b *bench) measureStarts(ctx context.Context) ([]beginning, error) {
	running, err := b.measureStart(ctx, "start on a running database", "DATABASE_URL="+b.dsn)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(b.dir, "data")
	if err := os.Mkdir(dir, 0o711); err != nil { //nolint:gosec // PostgreSQL's account must be able to enter.
		return nil, err
	}
	defer func() {
		// The directory goes with the whole run; PostgreSQL has ended with the program.
		_ = pgserver.Reset(context.WithoutCancel(ctx), filepath.Join(dir, "postgresql"))
	}()
	own := "GUICHET_DATA_DIR=" + dir
	if _, err := b.startOnce(ctx, own, 0); err != nil { // makes the data
		return nil, err
	}
	private, err := b.measureStart(ctx, "start with its own PostgreSQL", own)
	return []beginning{running, private}, err
}

func (b *bench) measureStart(ctx context.Context, name, environment string) (beginning, error) {
	var times, memory []float64
	for range starts {
		s, err := b.startOnce(ctx, environment, 1500*time.Millisecond)
		if err != nil {
			return beginning{}, fmt.Errorf("%s: %w", name, err)
		}
		times, memory = append(times, s.Milliseconds), append(memory, s.Resident)
	}
	return beginning{name, median(times), median(memory)}, nil
}

// startOnce starts the program, asks until it answers, and after a while looks at
// its memory.
func (b *bench) startOnce(ctx context.Context, environment string, idle time.Duration) (s beginning, err error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return s, err
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), b.binary, "serve") //nolint:gosec // Built by us.
	cmd.Env = append(os.Environ(), "GUICHET_SANDBOX=true", "GUICHET_LISTEN="+address, environment)
	var log bytes.Buffer
	cmd.Stderr = &log
	e := &engine{name: "start", cmd: cmd, url: "http://" + address}
	began := time.Now()
	if err := e.begin(); err != nil {
		return s, err
	}
	defer func() {
		if err = errors.Join(err, e.stop()); err != nil {
			err = fmt.Errorf("%w: %s", err, log.Bytes())
		}
	}()
	err = e.await(ctx, time.Millisecond, func() bool {
		_, err := e.ask(ctx, firstQuestion, variables{})
		return err == nil
	})
	if err != nil {
		return s, err
	}
	s.Milliseconds = float64(time.Since(began).Microseconds()) / 1000
	select {
	case <-ctx.Done():
		return s, ctx.Err()
	case <-time.After(idle):
	}
	const resident = "process_resident_memory_bytes"
	found, err := e.metrics(ctx, resident)
	s.Resident = found[resident] / (1 << 20)
	return s, err
}

// freeAddress returns an address on which nobody listens at this moment.
func freeAddress(ctx context.Context) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}
