package pgserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// errLocked says that another open file holds the lock.
var errLocked = errors.New("locked by another program")

// fileLock is a lock that the kernel releases when the program dies, however it
// dies. The file stays: removing it would let two programs lock two files of
// the same name.
type fileLock struct {
	file *os.File
}

// openLock opens the file without locking it.
func openLock(path string) (fileLock, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // In the cluster's directory.
	if err != nil {
		return fileLock{}, err
	}
	return fileLock{file}, nil
}

// try locks at once (syscall.LOCK_SH or LOCK_EX) or returns [errLocked].
func (l fileLock) try(how int) error {
	err := syscall.Flock(int(l.file.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errLocked
	}
	return err
}

// wait locks for this program alone as soon as the others let go.
func (l fileLock) wait(ctx context.Context) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := l.try(syscall.LOCK_EX)
		if !errors.Is(err, errLocked) {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", l.file.Name(), ctx.Err())
		}
	}
}

// release unlocks and closes the file. Closing alone would not do: a child that
// is just being forked shares the open file, and the lock, until it executes.
func (l fileLock) release() {
	_ = syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN) // Cannot fail on a file we hold open.
	_ = l.file.Close()                                   // Nothing was written; the lock goes in any case.
}
