package pgserver

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestKilledServerComesBack(t *testing.T) {
	t.Parallel()
	s := startIn(t, newDir(t))
	remember(t, s)
	for range 2 {
		pid := s.PID()
		must(t, syscall.Kill(pid, syscall.SIGKILL))
		comesBack(t, s, pid)
	}
}

func TestKilledProgramLeavesServer(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	p := startProgram(t, os.Args[0], dir, nil)
	p.kill(t)
	s := startIn(t, dir)
	if s.PID() != p.pid {
		t.Errorf("started process %d instead of adopting %d", s.PID(), p.pid)
	}
	remember(t, s)
	// An adopted server is looked after like a child.
	must(t, syscall.Kill(p.pid, syscall.SIGKILL))
	comesBack(t, s, p.pid)
}

func TestBothKilled(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	s, err := Start(t.Context(), Options{Dir: dir})
	must(t, err)
	remember(t, s)
	must(t, s.Stop(t.Context()))
	p := startProgram(t, os.Args[0], dir, nil)
	must(t, p.cmd.Process.Signal(syscall.SIGSTOP)) // It shall not start the server again.
	must(t, syscall.Kill(p.pid, syscall.SIGKILL))
	p.kill(t)
	s, err = Start(t.Context(), Options{Dir: dir})
	must(t, err)
	remembers(t, s)
	must(t, s.Stop(t.Context()))

	// As after a reboot: the id a killed server left is now somebody else's.
	stale := strconv.Itoa(os.Getpid()) + "\n" + s.cluster.data() + "\n1\n5432\n" + s.cluster.socket() + "\n"
	for _, path := range []string{
		filepath.Join(s.cluster.data(), "postmaster.pid"),
		filepath.Join(s.cluster.socket(), socketName+".lock"),
	} {
		must(t, os.WriteFile(path, []byte(stale), 0o600))
		must(t, s.cluster.account.own(path))
	}
	remembers(t, startIn(t, dir))
}

func TestRemovedDirectoryIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	s := startIn(t, dir)
	must(t, os.Remove(filepath.Join(dir, markerFile)))
	must(t, syscall.Kill(s.PID(), syscall.SIGKILL))
	s.Wait()
	must(t, os.WriteFile(filepath.Join(dir, markerFile), nil, 0o600)) // For the clean-up.
}

// TestOrphansWriteMeanwhile: what makes files in a directory does not keep it, once it ends.
func TestOrphansWriteMeanwhile(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	until := time.Now().Add(300 * time.Millisecond)
	var all sync.WaitGroup
	started := make(chan struct{}, 4)
	for orphan := range 4 {
		all.Go(func() {
			for n := 0; n < 20 || time.Now().Before(until); n++ {
				_ = os.MkdirAll(dir, 0o700)                                                            // it may just have gone
				_ = os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d-%d", orphan, n%2000)), nil, 0o600) // likewise
				if n == 10 {
					started <- struct{}{}
				}
			}
		})
	}
	<-started
	err := removeAll(t.Context(), dir)
	all.Wait()
	must(t, err)
}

// comesBack demands another process with the same data.
func comesBack(t *testing.T, s *Server, old int) {
	t.Helper()
	eventually(t, func() error {
		if s.PID() == old {
			return fmt.Errorf("process %d was not replaced", old)
		}
		return nil
	})
	remembers(t, s)
}
