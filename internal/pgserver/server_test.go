package pgserver

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

func TestStartRefusesForeignDirectory(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"notes.txt", "PG_VERSION", "data"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newDir(t)
			must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
			if _, err := Start(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrForeign) {
				t.Errorf("start: %v", err)
			}
			if err := Reset(t.Context(), dir); !errors.Is(err, ErrForeign) {
				t.Errorf("reset: %v", err)
			}
			entries, err := os.ReadDir(dir)
			must(t, err)
			if len(entries) != 1 {
				t.Errorf("the directory was touched: %v", entries)
			}
		})
	}
}

func TestStartRefusesDirectoryClosedToAccount(t *testing.T) {
	t.Parallel()
	closed := t.TempDir()
	must(t, os.Chmod(closed, 0o700))
	dir := filepath.Join(closed, "cluster")
	s, err := Start(t.Context(), Options{Dir: dir})
	if os.Geteuid() != 0 {
		// Nobody else needs to reach it.
		must(t, err)
		must(t, s.Stop(t.Context()))
		return
	}
	if err == nil || !strings.Contains(err.Error(), "cannot enter") {
		t.Errorf("start: %v", err)
	}
}

func TestStartKeepsData(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	for _, fsync := range []bool{true, false} {
		s, err := Start(t.Context(), Options{Dir: dir, Fsync: fsync, Settings: map[string]string{"work_mem": "3MB"}})
		must(t, err)
		if fsync {
			remember(t, s)
		}
		remembers(t, s)
		leavesRoot(t, s)
		must(t, s.CreateDatabase(t.Context(), `odd "name"`)) // The second time it is there.
		must(t, open(t, s, `odd "name"`).PingContext(t.Context()))
		db := open(t, s, "kept")
		for setting, want := range map[string]string{
			"listen_addresses": "", "search_path": "public,ext", "server_encoding": "UTF8",
			"statement_timeout": "30s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "1min",
			"timezone": "UTC", "work_mem": "3MB", "is_superuser": "off",
			"fsync": map[bool]string{true: "on", false: "off"}[fsync],
		} {
			var have string
			must(t, db.QueryRowContext(t.Context(), "SELECT current_setting($1)", setting).Scan(&have))
			if have != want {
				t.Errorf("%s is %q, want %q", setting, have, want)
			}
		}
		must(t, db.Close())
		pid := s.PID()
		must(t, s.Stop(t.Context()))
		s.Wait()
		if running, err := serves(t.Context(), pid, s.cluster.data()); running || err != nil {
			t.Errorf("still running after stop (%v)", err)
		}
	}
}

// leavesRoot demands that the server's files belong to its account, and are
// closed to everyone else.
func leavesRoot(t *testing.T, s *Server) {
	t.Helper()
	if s.cluster.account.uid == 0 {
		t.Error("the server runs as root")
	}
	for path, want := range map[string]struct {
		uid  int
		mode os.FileMode
	}{
		s.cluster.data():             {int(s.cluster.account.uid), 0o700},
		s.cluster.socket():           {int(s.cluster.account.uid), 0o700},
		s.cluster.join(passwordFile): {os.Geteuid(), 0o600},
	} {
		info, err := os.Stat(path)
		must(t, err)
		uid, _, err := ownerOf(path)
		must(t, err)
		if int(uid) != want.uid || info.Mode().Perm() != want.mode {
			t.Errorf("%s belongs to user %d, mode %v", path, uid, info.Mode())
		}
	}
}

func TestStartAsOrdinaryUser(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	var credential *syscall.Credential
	if os.Geteuid() == 0 {
		credential = &syscall.Credential{Uid: 65534, Gid: 65534}
		must(t, os.Chown(dir, 65534, 65534))
	}
	p := startProgram(t, copyBinary(t), dir, credential)
	uid, _, err := ownerOf(filepath.Join(dir, "data"))
	must(t, err)
	if credential != nil && uid != credential.Uid {
		t.Errorf("the data belongs to user %d", uid)
	}
	must(t, p.input.Close())
	must(t, p.cmd.Wait())
	// The directory is another user's, so the clean-up of root would refuse it.
	must(t, os.Chown(dir, os.Geteuid(), os.Getegid()))
}

func TestResetUnderLongPath(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(newDir(t), strings.Repeat("long/", 30), "cluster")
	parent := filepath.Dir(dir)
	must(t, os.MkdirAll(parent, 0o755)) // Open to PostgreSQL's account.
	s := startIn(t, dir)
	remember(t, s)
	remembers(t, s)
	socket := s.cluster.socket()
	if len(socket) > maxSocketDir {
		t.Errorf("socket directory of %d bytes: %s", len(socket), socket)
	}
	if err := Reset(t.Context(), dir); !errors.Is(err, ErrInUse) {
		t.Errorf("reset in use: %v", err)
	}
	must(t, s.Stop(t.Context()))
	must(t, Reset(t.Context(), dir))
	must(t, Reset(t.Context(), dir)) // Nothing is left to do.
	must(t, Reset(t.Context(), filepath.Join(dir, "missing")))
	missing(t, socket)
	for _, name := range []string{"data", passwordFile, adminPasswordFile, logFile, markerFile} {
		missing(t, filepath.Join(dir, name))
	}
}

func TestStartRace(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	servers := make([]*Server, 4)
	failed := make([]error, len(servers))
	var all sync.WaitGroup
	for i := range servers {
		all.Go(func() { servers[i], failed[i] = Start(t.Context(), Options{Dir: dir}) })
	}
	all.Wait()
	must(t, errors.Join(failed...))
	for i, s := range servers {
		if s.PID() != servers[0].PID() {
			t.Errorf("server %d is process %d, another is %d", i, s.PID(), servers[0].PID())
		}
	}
	remember(t, servers[0])
	for i, s := range servers {
		remembers(t, servers[len(servers)-1]) // Whoever stops first leaves it to the others.
		if err := s.Stop(t.Context()); err != nil {
			t.Errorf("stop %d: %v", i, err)
		}
	}
	if running, err := serves(t.Context(), servers[0].PID(), servers[0].cluster.data()); running || err != nil {
		t.Errorf("still running after the last stop (%v)", err)
	}
}

func TestDefaultDir(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		home, state string
		root        bool
		want        string
	}{
		{want: ""},
		{state: "relative", want: ""},
		{root: true, home: "/root", want: "/var/lib/guichet"},
		{home: "/home/a", state: "/state", want: "/state/guichet"},
	} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			t.Parallel()
			getenv := func(name string) string {
				return map[string]string{"HOME": test.home, "XDG_STATE_HOME": test.state}[name]
			}
			have, err := DefaultDir(getenv, test.root)
			if have != test.want || (err == nil) != (test.want != "") {
				t.Errorf("have %q, %v", have, err)
			}
		})
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	if _, err := find(t.Context(), 9999); err == nil {
		t.Error("found a version that does not exist")
	}
	dir, err := Find(t.Context())
	must(t, err)
	major, err := majorVersion(t.Context(), dir)
	if err != nil || major < minimumVersion {
		t.Errorf("version %s, %v", strconv.Itoa(major), err)
	}
}
