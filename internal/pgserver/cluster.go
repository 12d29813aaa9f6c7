package pgserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// port names the socket; nothing listens on TCP.
const (
	port       = "5432"
	socketName = ".s.PGSQL." + port
)

// startTimeout bounds one start, crash recovery included.
const startTimeout = time.Minute

// maxLog is the size in bytes past which the server's log is set aside at the
// next start; one earlier log is kept.
const maxLog = 1 << 20

// cluster is a directory with what is needed to run its server.
type cluster struct {
	directory
	bin           string
	options       Options
	password      string // of the application's role
	adminPassword string // of the superuser
	log           *slog.Logger
}

// maxLaunches bounds the attempts to start after a crash.
const maxLaunches = 4

// ensure returns the running server of the directory: adopted when there is
// one, started otherwise. The caller holds the lock.
func (c *cluster) ensure(ctx context.Context) (process, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	pid, err := c.postmasterPID()
	if err != nil {
		return process{}, err
	}
	running, err := serves(ctx, pid, c.data())
	if err != nil {
		return process{}, fmt.Errorf("look at process %d: %w", pid, err)
	}
	if running {
		p := process{pid: pid, data: c.data()}
		err := c.ready(ctx, p)
		if err == nil {
			c.log.InfoContext(ctx, "adopted a running PostgreSQL", "pid", pid, "dir", c.path)
			return p, nil
		}
		// A server that was just killed may be seen alive for the last time.
		if !errors.Is(err, errExited) {
			return process{}, fmt.Errorf("adopt the server of process %d: %w", pid, err)
		}
	}
	if err := c.clearStale(pid); err != nil {
		return process{}, err
	}
	if err := c.makeSocketDir(); err != nil {
		return process{}, err
	}
	// The children of a killed server may hold its memory for a moment more.
	for tries := 1; ; tries++ {
		p, err := c.launch(ctx)
		if pid == 0 || tries == maxLaunches || !errors.Is(err, errExited) {
			return p, err
		}
		if err := pause(ctx, time.Second); err != nil {
			return process{}, err
		}
	}
}

// initialise makes the data directory if there is none. It is built beside and
// renamed, so that a program killed halfway leaves nothing half made.
func (c *cluster) initialise(ctx context.Context) error {
	if _, err := os.Stat(c.data()); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	partial, secret := c.join("data"+partialSuffix), c.join("initdb-password")
	defer func() { _ = os.Remove(secret) }()
	if err := writeFile(secret, c.adminPassword+"\n"); err != nil {
		return err
	}
	if err := c.account.own(secret); err != nil {
		return err
	}
	var failed error
	// Text is ordered by its bytes: C.UTF-8's order too, which asks the C library each time.
	for _, locale := range []string{"C.UTF-8", "C"} {
		err := errors.Join(os.RemoveAll(partial), os.Mkdir(partial, 0o700), c.account.own(partial))
		if err != nil {
			return err
		}
		failed = c.run(ctx, "initdb", "-D", partial, "--username", adminRole, "--pwfile", secret,
			"--auth-local", "scram-sha-256", "--auth-host", "reject",
			"--encoding", "UTF8", "--locale", locale, "--lc-collate", "C", "--no-sync", "--no-instructions")
		if failed == nil {
			break
		}
	}
	if failed != nil {
		return failed
	}
	if c.options.Fsync {
		if err := c.run(ctx, "initdb", "-D", partial, "--sync-only"); err != nil {
			return err
		}
	}
	return os.Rename(partial, c.data())
}

// run runs a program of PostgreSQL to its end, as the account.
func (c *cluster) run(ctx context.Context, name string, args ...string) error {
	cmd := c.command(ctx, name, args...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, lastLines(out, 3))
	}
	return nil
}

// command prepares a program of PostgreSQL. Nothing of our environment reaches
// it: PGDATA, PGPORT and the like would lead it elsewhere.
func (c *cluster) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, name), args...) //nolint:gosec // Binaries that Find chose.
	cmd.Dir = "/"                                                        // The account may be unable to enter ours.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.account.credential()}
	return cmd
}

// errExited says that the server ended before it answered.
var errExited = errors.New("the server did not start")

// launch starts the server in a session of its own, out of reach of the signals
// of our terminal, and waits until it answers.
func (c *cluster) launch(ctx context.Context) (process, error) {
	logPath := c.join(logFile)
	if info, err := os.Stat(logPath); err == nil && info.Size() > maxLog {
		if err := os.Rename(logPath, logPath+".1"); err != nil {
			return process{}, err
		}
	}
	output, err := os.OpenFile(logPath, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) //nolint:gosec // In the cluster's directory.
	if err != nil {
		return process{}, err
	}
	defer func() { _ = output.Close() }() // The server has its own handle.

	args := []string{"-D", c.data(), "-p", port}
	for _, s := range c.settings() {
		args = append(args, "-c", s)
	}
	// The server outlives the start's context.
	cmd := c.command(context.WithoutCancel(ctx), "postgres", args...)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr.Setsid = true
	if err := cmd.Start(); err != nil {
		return process{}, fmt.Errorf("run postgres as %s: %w", c.account.name, err)
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // How it ended is in its log.
		close(exited)
	}()
	p := process{pid: cmd.Process.Pid, data: c.data(), exited: exited}
	err = c.ready(ctx, p)
	if err == nil {
		return p, nil
	}
	if !errors.Is(err, errExited) {
		return process{}, errors.Join(err, p.stop(context.WithoutCancel(ctx)))
	}
	content, _ := os.ReadFile(logPath) //nolint:gosec // In the cluster's directory; only to say more.
	return process{}, fmt.Errorf("%w: %s (log: %s)", err, lastLines(content, 3), logPath)
}

// settings are the server's, as name=value. Requests are small and the machine
// is shared, so memory stays modest.
func (c *cluster) settings() []string {
	values := map[string]string{
		"listen_addresses":        "",
		"unix_socket_directories": `"` + c.socket() + `"`, // A list: quoted, as a path may hold a comma.
		"unix_socket_permissions": "0700",
		"cluster_name":            "guichet",
		"max_connections":         "100",
		"shared_buffers":          "128MB",
		"work_mem":                "16MB",
		"maintenance_work_mem":    "128MB",
		"random_page_cost":        "1.1", // Solid-state disks.
		"jit":                     "off", // Compiling costs more than our queries.
		"wal_level":               "minimal",
		"max_wal_senders":         "0",
		"checkpoint_timeout":      "15min",
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"log_line_prefix":         "%m [%p] %d ",
		// Statements and the values of a refused row may hold personal data.
		"log_min_error_statement": "panic",
		"log_error_verbosity":     "terse",
	}
	if !c.options.Fsync {
		values["fsync"] = "off"
		values["synchronous_commit"] = "off"
		values["full_page_writes"] = "off"
	}
	for name, value := range c.options.Settings {
		values[name] = value
	}
	list := make([]string, 0, len(values))
	for name, value := range values {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}

// lastLines returns the end of a program's output on one line.
func lastLines(out []byte, n int) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], " / ")
}

// version reads the major version the data was made by, 0 when there is none.
func (d directory) version() (int, error) {
	content, err := os.ReadFile(filepath.Join(d.data(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		return 0, fmt.Errorf("read version of %s: %w", d.data(), err)
	}
	return major, nil
}

// pause waits unless the context ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
