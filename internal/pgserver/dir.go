package pgserver

import (
	"errors"
	"path/filepath"
	"runtime"
)

// DefaultDir returns the directory of the program's state: the system's for
// root, because the account PostgreSQL then runs as must be able to reach it
// (root's home is closed to it), the user's own otherwise. getenv is os.Getenv.
// It fails when the user has no home directory.
func DefaultDir(getenv func(string) string, isRoot bool) (string, error) {
	home := getenv("HOME")
	state := getenv("XDG_STATE_HOME")
	switch {
	case isRoot:
		return "/var/lib/guichet", nil
	case filepath.IsAbs(state): // The XDG specification ignores relative paths.
		return filepath.Join(state, "guichet"), nil
	case home == "":
		return "", errors.New("no home directory: set HOME or XDG_STATE_HOME")
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Application Support", "guichet"), nil
	default:
		return filepath.Join(home, ".local", "state", "guichet"), nil
	}
}
