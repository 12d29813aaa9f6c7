package pgserver

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Names in a cluster's directory.
const (
	markerFile        = "guichet-cluster"
	lockName          = "lock"  // held while starting, stopping, removing
	usersName         = "users" // shared by every program that uses the server
	passwordFile      = "password"
	adminPasswordFile = "admin-password"
	logFile           = "postgresql.log"
	partialSuffix     = ".new" // of what is written beside and renamed
)

// maxSocketDir keeps the socket's path within the 104 bytes macOS allows
// (Linux: 108), its name and final zero included.
const maxSocketDir = 88

// ErrForeign says that a directory is not one of our clusters.
var ErrForeign = errors.New("not a cluster of guichet")

// directory is a cluster's place on disk.
type directory struct {
	path    string // absolute, without symbolic links
	account account
}

// openDirectory resolves the path and finds who the server runs as. With create
// it makes the directory; the error is fs.ErrNotExist otherwise. A directory of
// others is refused and stays as it is.
func openDirectory(path string, create bool) (directory, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return directory{}, err
	}
	if create {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // Parents are shared, as /var/lib is.
			return directory{}, err
		}
		if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return directory{}, err
		}
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return directory{}, err
	}
	d := directory{path: path}
	if uid, _, err := ownerOf(path); err != nil {
		return directory{}, err
	} else if int(uid) != os.Geteuid() {
		return directory{}, fmt.Errorf("%s belongs to another user: %w", path, ErrForeign)
	}
	if err := d.free(); err != nil {
		return directory{}, err
	}
	d.account, err = newAccount(d.data())
	return d, err
}

func (d directory) join(name string) string { return filepath.Join(d.path, name) }

// data is the directory PostgreSQL calls PGDATA.
func (d directory) data() string { return d.join("data") }

// socket is the directory of the Unix socket: inside, unless the path is too
// long for a socket.
func (d directory) socket() string {
	if inside := d.join("run"); len(inside) <= maxSocketDir {
		return inside
	}
	sum := sha256.Sum256([]byte(d.path))
	name := "guichet-" + hex.EncodeToString(sum[:8])
	if short := filepath.Join(os.TempDir(), name); len(short) <= maxSocketDir && d.account.reach(os.TempDir()) == nil {
		return short
	}
	return filepath.Join("/tmp", name)
}

// lock waits for the right to start, stop or remove the cluster.
func (d directory) lock(ctx context.Context) (fileLock, error) {
	l, err := openLock(d.join(lockName))
	if err != nil {
		return fileLock{}, err
	}
	if err := l.wait(ctx); err != nil {
		l.release()
		return fileLock{}, err
	}
	return l, nil
}

// marked returns [ErrForeign] unless the directory carries our marker.
func (d directory) marked() error {
	_, err := os.Lstat(d.join(markerFile))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s has no file %s: %w", d.path, markerFile, ErrForeign)
	}
	return err
}

// free returns [ErrForeign] when the directory holds anything but a cluster of
// ours. It writes nothing: a directory of others stays as it is.
func (d directory) free() error {
	if marked := d.marked(); !errors.Is(marked, ErrForeign) {
		return marked
	}
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		switch e.Name() {
		case lockName, usersName, markerFile, markerFile + partialSuffix:
		default:
			return fmt.Errorf("directory %s holds other files (%s): choose an empty one: %w", d.path, e.Name(), ErrForeign)
		}
	}
	return nil
}

// claim marks the directory as ours. The caller holds the lock.
func (d directory) claim() error {
	if err := d.free(); err != nil {
		return err
	}
	if marked := d.marked(); !errors.Is(marked, ErrForeign) {
		return marked
	}
	if d.account.switched {
		// The account must pass through to its data, but need not list.
		if err := os.Chmod(d.path, 0o711); err != nil { //nolint:gosec // As said above.
			return err
		}
	}
	return writeFile(d.join(markerFile), "Private PostgreSQL cluster of guichet. Without this file the program leaves the directory alone.\n")
}

// makeSocketDir makes the directory of the socket, closed to everyone but the
// account. One that somebody else made under /tmp is refused.
func (d directory) makeSocketDir() error {
	path := d.socket()
	err := os.Mkdir(path, 0o700)
	if err == nil {
		return d.account.own(path)
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	uid, _, err := ownerOf(path)
	if err != nil {
		return err
	}
	if uid == 0 && d.account.switched && info.IsDir() {
		// A program killed between the two calls above.
		return d.account.own(path)
	}
	if !info.IsDir() || uid != d.account.uid || info.Mode().Perm() != 0o700 {
		return fmt.Errorf("%s is not a directory of mode 0700 of %s: remove it", path, d.account.name)
	}
	return nil
}

// password reads a password, or makes one.
func (d directory) password(name string) (string, error) {
	content, err := os.ReadFile(d.join(name))
	if err == nil {
		return strings.TrimSpace(string(content)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	password := rand.Text()
	return password, writeFile(d.join(name), password+"\n")
}

// postmasterPID reads the process id PostgreSQL left, 0 when there is none.
func (d directory) postmasterPID() (int, error) {
	content, err := os.ReadFile(filepath.Join(d.data(), "postmaster.pid"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	var pid int
	if _, err := fmt.Sscan(string(content), &pid); err != nil {
		return 0, nil //nolint:nilerr // Killed while it wrote the file: no server.
	}
	return pid, nil
}

// clearStale removes the lock files of a killed server when their process id
// now belongs to another process: PostgreSQL would take that one for a server
// and refuse to start. The caller has made sure that no server runs here.
func (d directory) clearStale(pid int) error {
	if pid == 0 || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return nil
	}
	for _, path := range []string{
		filepath.Join(d.data(), "postmaster.pid"),
		filepath.Join(d.socket(), socketName+".lock"),
	} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// writeFile writes a whole private file or none.
func writeFile(path, content string) error {
	partial := path + partialSuffix
	if err := os.WriteFile(partial, []byte(content), 0o600); err != nil {
		return err
	}
	return os.Rename(partial, path)
}
