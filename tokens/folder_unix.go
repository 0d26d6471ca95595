//go:build unix

package tokens

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockFolder keeps a second process from changing the keys at the same time.
// The folder itself is locked, so that no lock file is left behind.
func lockFolder(path string) (unlock func(), err error) {
	f, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("tokens: the keys' folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("tokens: locking the keys' folder: %w", err)
	}
	return func() { _ = f.Close() }, nil
}

// keepOwner gives the new file the old one's owner, so that root may rotate
// the keys of a service that runs as somebody else.
func keepOwner(f *os.File, old string) error {
	info, err := os.Stat(old)
	if err != nil {
		return nil // the first file: whoever writes it owns it
	}
	was, ok := info.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 {
		return nil
	}
	return f.Chown(int(was.Uid), int(was.Gid))
}
