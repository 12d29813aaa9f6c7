package pgserver

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// minimumVersion is the oldest PostgreSQL major version the service runs on.
const minimumVersion = 14

// ErrNotFound says that no server binaries are on this machine, and how to
// install them.
var ErrNotFound = errors.New("no PostgreSQL 14 or newer server found: " +
	"install it with `apt-get install postgresql` (Debian, Ubuntu) or `brew install postgresql@17` (macOS)")

// Find returns the directory of the newest PostgreSQL server binaries (initdb,
// postgres) of this machine: Debian's versioned directories, PATH, Homebrew.
// The error is [ErrNotFound].
func Find(ctx context.Context) (binDir string, err error) {
	return find(ctx, 0)
}

// find is [Find] for one major version, 0 for the newest.
func find(ctx context.Context, major int) (string, error) {
	best, bestMajor := "", minimumVersion-1
	for _, dir := range candidates() {
		have, err := majorVersion(ctx, dir)
		if err != nil || (major != 0 && have != major) {
			continue
		}
		if have > bestMajor {
			best, bestMajor = dir, have
		}
	}
	switch {
	case best != "":
		return best, nil
	case major != 0:
		return "", fmt.Errorf("the cluster was made by PostgreSQL %d, whose server binaries are not on this machine: "+
			"install that version, or remove the cluster to start from an empty one", major)
	default:
		return "", ErrNotFound
	}
}

// candidates lists the directories that hold both binaries.
func candidates() []string {
	var dirs []string
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
	} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			continue // Only a malformed pattern fails, and these are constants.
		}
		dirs = append(dirs, found...)
	}
	if initdb, err := exec.LookPath("initdb"); err == nil {
		if resolved, err := filepath.EvalSymlinks(initdb); err == nil {
			dirs = append(dirs, filepath.Dir(resolved))
		}
	}
	return slices.DeleteFunc(dirs, func(dir string) bool {
		_, noInitdb := exec.LookPath(filepath.Join(dir, "initdb"))
		_, noPostgres := exec.LookPath(filepath.Join(dir, "postgres"))
		return noInitdb != nil || noPostgres != nil
	})
}

// majorVersion asks the server binary: its last word is "15.18", or "17beta1".
func majorVersion(ctx context.Context, dir string) (int, error) {
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output() //nolint:gosec // A candidate of ours.
	if err != nil {
		return 0, fmt.Errorf("ask PostgreSQL version in %s: %w", dir, err)
	}
	_, version, ok := strings.Cut(string(out), "(PostgreSQL) ")
	if !ok {
		return 0, fmt.Errorf("read PostgreSQL version %q", out)
	}
	digits := strings.IndexFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 0 {
		return 0, fmt.Errorf("read PostgreSQL version %q", out)
	}
	return strconv.Atoi(version[:digits])
}
