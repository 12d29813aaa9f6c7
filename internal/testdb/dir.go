package testdb

import (
	"os"
	"path/filepath"
	"strconv"
)

// sharedMemory is where Linux keeps a file system in memory. A database is hundreds of files:
// to make and remove one there takes a tenth of what it takes on a disk.
const sharedMemory = "/dev/shm"

// leastMemory is the size in bytes of a file system in memory that the cluster is put on: five
// times what the databases of all tests hold at once.
const leastMemory = 4 << 30

// inMemory tells that clusters are put in memory.
func inMemory() bool { return sizeInMemory(sharedMemory) >= leastMemory }

// Dir returns the directory of the private cluster: in memory where the system has room for
// it, else in the user's cache, or in the system's for root, whose home the server's account
// cannot enter.
func Dir() (string, error) {
	if inMemory() {
		return filepath.Join(sharedMemory, "guichet-test-"+strconv.Itoa(os.Geteuid())), nil
	}
	if os.Geteuid() == 0 {
		return "/var/cache/guichet-test", nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "guichet-test"), nil
}

// MkdirTemp makes a directory for a cluster of one test, beside that of all: one that the
// server's account can reach, which the directories of package testing are not for root.
func MkdirTemp() (string, error) {
	parent := os.TempDir()
	if inMemory() {
		parent = sharedMemory
	}
	dir, err := os.MkdirTemp(parent, "guichet-cluster-")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o711)
}
