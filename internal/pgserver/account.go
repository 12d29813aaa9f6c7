package pgserver

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the system user PostgreSQL runs as. PostgreSQL refuses root.
type account struct {
	name     string
	uid, gid uint32
	switched bool // this program is root and drops to the account
}

// newAccount returns this program's own user, or for root the owner of an
// existing cluster, else postgres, else nobody.
func newAccount(data string) (account, error) {
	if os.Geteuid() != 0 {
		return account{
			name: "this user",
			uid:  uint32(os.Geteuid()), //nolint:gosec // A user id is a 32-bit unsigned number on every Unix.
			gid:  uint32(os.Getegid()), //nolint:gosec // As above.
		}, nil
	}
	owner, gid, err := ownerOf(data)
	switch {
	case err == nil && owner == 0:
		return account{}, fmt.Errorf("%s belongs to root, and PostgreSQL refuses to run as root", data)
	case err == nil:
		return account{name: "user " + strconv.Itoa(int(owner)), uid: owner, gid: gid, switched: true}, nil
	case !errors.Is(err, fs.ErrNotExist):
		return account{}, err
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(errUID, errGID); err != nil {
			return account{}, fmt.Errorf("read ids of user %s: %w", name, err)
		}
		return account{name: "user " + name, uid: uint32(uid), gid: uint32(gid), switched: true}, nil
	}
	return account{}, errors.New("no user postgres or nobody on this machine, and PostgreSQL refuses to run as root: run as an ordinary user")
}

// credential is what the child process runs with, nil for this program's own.
func (a account) credential() *syscall.Credential {
	if !a.switched {
		return nil
	}
	return &syscall.Credential{Uid: a.uid, Gid: a.gid}
}

// own gives a file to the account.
func (a account) own(path string) error {
	if !a.switched {
		return nil
	}
	return os.Lchown(path, int(a.uid), int(a.gid))
}

// reach fails when the account cannot enter dir: a directory under a closed
// home is the usual case.
func (a account) reach(dir string) error {
	if !a.switched {
		return nil
	}
	for at := dir; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			return err
		}
		uid, gid, err := ownerOf(at)
		if err != nil {
			return err
		}
		search := fs.FileMode(0o001)
		switch {
		case uid == a.uid:
			search = 0o100
		case gid == a.gid:
			search = 0o010
		}
		if info.Mode().Perm()&search == 0 {
			return fmt.Errorf("%s cannot enter %s, and PostgreSQL refuses to run as root: "+
				"choose a directory open to it (GUICHET_DATA_DIR), /var/lib/guichet for instance", a.name, at)
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

// ownerOf returns the user and group a file belongs to.
func ownerOf(path string) (uid, gid uint32, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return 0, 0, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, fmt.Errorf("owner of %s: not a Unix file system", path)
	}
	return stat.Uid, stat.Gid, nil
}
