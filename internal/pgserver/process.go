package pgserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a running server: our child, or one that an earlier program left.
type process struct {
	pid    int
	data   string
	exited <-chan struct{} // closed when our child has ended; nil for an adopted one
}

// wait returns nil when the process has ended, the context's error otherwise.
func (p process) wait(ctx context.Context) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-p.exited:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			if p.ended(ctx) {
				return nil
			}
		}
	}
}

// ended reports that the process is no more. A child is known by its exit: its
// directory may have been removed under it.
func (p process) ended(ctx context.Context) bool {
	if p.exited != nil {
		select {
		case <-p.exited:
			return true
		default:
			return false
		}
	}
	running, err := serves(ctx, p.pid, p.data)
	return err == nil && !running
}

// stop ends the server: fast (open transactions are rolled back), then
// immediate (the next start recovers), then by force.
func (p process) stop(ctx context.Context) error {
	for _, step := range []struct {
		signal  syscall.Signal
		patient time.Duration
	}{
		{syscall.SIGINT, 15 * time.Second},
		{syscall.SIGQUIT, 5 * time.Second},
		{syscall.SIGKILL, 5 * time.Second},
	} {
		if p.ended(ctx) {
			return nil
		}
		if err := syscall.Kill(p.pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("signal process %d: %w", p.pid, err)
		}
		patient, cancel := context.WithTimeout(ctx, step.patient)
		err := p.wait(patient)
		cancel()
		if err == nil {
			return nil
		}
	}
	return fmt.Errorf("process %d does not end", p.pid)
}

// serves reports whether pid is a live server of the data directory. A process
// id alone proves nothing: after a crash or a reboot it may be anyone's.
func serves(ctx context.Context, pid int, data string) (bool, error) {
	if pid <= 0 || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false, nil
	}
	if _, err := os.Stat("/proc/self/cwd"); err == nil {
		// PostgreSQL works in its data directory. A zombie works nowhere.
		cwd, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/cwd")
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ESRCH) {
			return false, nil // Gone, or another user's.
		}
		return cwd == data, err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output() //nolint:gosec // A number.
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return false, nil // No such process.
	}
	return strings.Contains(string(out), data), err
}
