package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// engine is a server in a process of its own.
type engine struct {
	name string
	cmd  *exec.Cmd
	// url is that of the server, without path; debug that of its profiles.
	url, debug string
	// byPath is set when each operation has its own path, and no document.
	byPath bool
	// generic is set for the generic engine, which has documents and variables of its own.
	generic bool
	// exited gets the error of the process when it has ended.
	exited chan error
}

// startTimeout bounds the time until an engine is ready.
const startTimeout = 60 * time.Second

// startEngine runs a program until [engine.stop], and waits until its log says
// that it is ready.
func startEngine(ctx context.Context, name, dir string, environment []string, program string, args ...string) (*engine, error) {
	// A file, not a pipe: nobody shares the processors to read it.
	log, err := os.Create(filepath.Join(dir, name+".log")) //nolint:gosec // a directory of our own
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	// Not the caller's context: it would kill, where stop tells how to end.
	e := &engine{name: name, cmd: exec.CommandContext(context.WithoutCancel(ctx), program, args...)} //nolint:gosec // Programs built by us.
	e.cmd.Env = append(os.Environ(), environment...)
	e.cmd.Stderr = log
	if err := e.begin(); err != nil {
		return nil, err
	}
	err = e.await(ctx, 10*time.Millisecond, func() bool {
		text, err := os.ReadFile(log.Name())
		return err == nil && e.readLog(text)
	})
	if err != nil {
		text, _ := os.ReadFile(log.Name()) // what can be had of it
		return nil, errors.Join(fmt.Errorf("start %s: %w: %s", name, err, text), e.stop())
	}
	return e, nil
}

// begin starts the process.
func (e *engine) begin() error {
	if err := e.cmd.Start(); err != nil {
		return err
	}
	e.exited = make(chan error, 1)
	go func() { e.exited <- e.cmd.Wait() }()
	return nil
}

var errEnded = errors.New("the process has ended")

// await asks again and again until the engine is ready, has ended, or takes too long.
func (e *engine) await(ctx context.Context, every time.Duration, ready func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for !ready() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-e.exited:
			e.exited <- err // for stop
			return errEnded
		case <-time.After(every):
		}
	}
	return nil
}

// readLog looks for the line that tells where the server listens.
func (e *engine) readLog(text []byte) bool {
	for line := range bytes.Lines(text) {
		var entry struct{ Msg, Address string }
		if json.Unmarshal(line, &entry) != nil {
			continue
		}
		switch entry.Msg {
		case "ready":
			e.url = strings.TrimSuffix(entry.Address, "/graphql")
			return true
		case "profiles":
			e.debug = entry.Address
		}
	}
	return false
}

// stopTimeout bounds the end of a process that was told to end.
const stopTimeout = 30 * time.Second

// stop tells the process to end and waits until it has; one that does not is
// killed.
func (e *engine) stop() error {
	// It may have ended: that is what is waited for.
	_ = e.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-e.exited:
		return err
	case <-time.After(stopTimeout):
		return errors.Join(fmt.Errorf("%s does not stop", e.name), e.cmd.Process.Kill(), <-e.exited)
	}
}

// metrics reads some of the numbers that the engine publishes, 0 for those that
// it does not know.
func (e *engine) metrics(ctx context.Context, names ...string) (map[string]float64, error) {
	if e.generic {
		return nil, nil //nolint:nilnil // it publishes none
	}
	body, err := get(ctx, e.url+"/metrics")
	if err != nil {
		return nil, err
	}
	found := map[string]float64{}
	for line := range strings.Lines(string(body)) {
		for _, name := range names {
			value, ok := strings.CutPrefix(line, name+" ")
			if !ok {
				continue
			}
			if found[name], err = strconv.ParseFloat(strings.TrimSpace(value), 64); err != nil {
				return nil, fmt.Errorf("metric %s: %w", name, err)
			}
		}
	}
	return found, nil
}

// get reads what stands at an address.
func get(ctx context.Context, url string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", url, response.Status, clip(body))
	}
	return body, err
}
