package testdb

import "syscall"

// tmpfs is the number by which Linux tells its file system in memory.
const tmpfs = 0x01021994

// sizeInMemory is the size in bytes of the file system in memory at the path, whatever of it
// is taken; 0 when what is there is no such thing.
func sizeInMemory(path string) uint64 {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(path, &fs); err != nil || fs.Type != tmpfs || fs.Bsize <= 0 {
		return 0
	}
	return fs.Blocks * uint64(fs.Bsize)
}
