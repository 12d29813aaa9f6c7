package pgserver

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// childVariable turns the test binary into a program that starts the server of
// the directory it names.
const childVariable = "GUICHET_PGSERVER_TEST_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		os.Exit(child(dir))
	}
	os.Exit(m.Run())
}

// child starts the server, says its process id, and stops when its input ends.
func child(dir string) int {
	s, err := Start(context.Background(), Options{Dir: dir})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(s.PID())
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := s.Stop(context.Background()); err != nil {
		return 1
	}
	return 0
}

// program is a running [child].
type program struct {
	cmd   *exec.Cmd
	input io.Closer
	pid   int // of the server it started or adopted
}

// startProgram runs a [child]; a nil credential keeps the tests' user.
func startProgram(t *testing.T, binary, dir string, credential *syscall.Credential) program {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), binary)
	cmd.Env = append(os.Environ(), childVariable+"="+dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
	input, err := cmd.StdinPipe()
	must(t, err)
	output, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	p := program{cmd: cmd, input: input}
	t.Cleanup(func() {
		_ = input.Close()
		_ = cmd.Wait() // A second wait of a killed one fails, rightly.
	})
	line, err := bufio.NewReader(output).ReadString('\n')
	must(t, err)
	p.pid, err = strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatalf("the program said: %s", line)
	}
	return p
}

// kill ends the program without a chance to clean up.
func (p program) kill(t *testing.T) {
	t.Helper()
	must(t, p.cmd.Process.Kill())
	_ = p.cmd.Wait() // "signal: killed" is what we want.
}

// newDir returns an empty directory that PostgreSQL's account can reach, which
// t.TempDir is not for root. Whatever runs in it is stopped after the test.
func newDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "guichet-pgserver-")
	must(t, err)
	must(t, os.Chmod(dir, 0o711))
	t.Cleanup(func() {
		if err := Reset(context.Background(), dir); err != nil && !errors.Is(err, ErrForeign) {
			t.Errorf("clean up: %v", err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("clean up: %v", err)
		}
	})
	return dir
}

// startIn starts the server of a directory, without fsync, and stops it after the
// test.
func startIn(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Start(t.Context(), Options{Dir: dir})
	must(t, err)
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return s
}

// open connects to a database of the server.
func open(t *testing.T, s *Server, database string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", s.DSN(database))
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// remember leaves a row in the database "kept".
func remember(t *testing.T, s *Server) {
	t.Helper()
	must(t, s.CreateDatabase(t.Context(), "kept"))
	// Waits for the log, so that a killed server has it: fsync off guards against no power cut only.
	_, err := open(t, s, "kept").ExecContext(t.Context(),
		"SET synchronous_commit = on; CREATE TABLE kept AS SELECT 42 AS answer")
	must(t, err)
}

// remembers demands that row, as soon as the server answers.
func remembers(t *testing.T, s *Server) {
	t.Helper()
	db := open(t, s, "kept")
	var answer int
	eventually(t, func() error {
		return db.QueryRowContext(t.Context(), "SELECT answer FROM kept").Scan(&answer)
	})
	if answer != 42 {
		t.Fatalf("read %d from the kept row", answer)
	}
}

// eventually repeats check until it succeeds, 20 s at most.
func eventually(t *testing.T, check func() error) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		if err := pause(t.Context(), 20*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
}

// copyBinary puts the test binary where any user can run it.
func copyBinary(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	content, err := os.ReadFile(self)
	must(t, err)
	dir, err := os.MkdirTemp("", "guichet-pgserver-bin-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	path := filepath.Join(dir, "program")
	must(t, os.WriteFile(path, content, 0o755))
	return path
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// missing demands that a file is not there.
func missing(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is there (%v)", path, err)
	}
}
