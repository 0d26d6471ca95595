//go:build linux

package boltdb

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"passalong/release"
)

// fullChild fills the file up to a limit of the process, lifts the limit and
// goes on; it prints what it found wrong and "done".
func fullChild(path string) {
	signal.Ignore(syscall.SIGXFSZ)
	s, err := Open(path, Options{})
	if err != nil {
		fmt.Println("open:", err)
		return
	}
	old := syscall.Rlimit{}
	_ = syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old)
	info, _ := os.Stat(path)
	_ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: uint64(info.Size()) + 300_000, Max: old.Max})
	fillUp(s, func() { _ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old) }, func(format string, args ...any) {
		fmt.Printf(format+"\n", args...)
	})
	fmt.Println("done")
}

// fillUp writes until the store is full, makes room and goes on; at each step
// the rows are exactly those that were answered.
func fillUp(s *Store, room func(), say func(string, ...any)) {
	ctx := context.Background()
	answered, refused := 0, 0
	put := func() error {
		key := fmt.Sprintf("%06d", answered+refused)
		err := s.Update(ctx, func(tx release.Tx) error {
			if err := tx.Append("cmp_a", release.Event{At: tx.Now(), Kind: release.Viewed}); err != nil {
				return err
			}
			return tx.PutBlob("k", key, make([]byte, 3000))
		})
		if err == nil {
			answered++
		} else {
			refused++
		}
		return err
	}
	count := func(when string) {
		blobs, events := 0, 0
		err := s.View(ctx, func(tx release.Tx) error {
			if err := tx.Events("cmp_a", 0, func(e release.Event) bool { events++; return e.Seq == uint64(events) }); err != nil {
				return err
			}
			return tx.Blobs("k", "", func(string, []byte) bool { blobs++; return true })
		})
		if err != nil || blobs != answered || events != answered {
			say("%s: %d answered, %d blobs, %d events, %v", when, answered, blobs, events, err)
		}
		if err := s.Check(ctx, func(f string) { say("%s: %s", when, f) }); err != nil {
			say("%s: %v", when, err)
		}
	}
	for i := 0; refused < 5 && i < 20000; i++ {
		err := put()
		if err == nil {
			continue
		}
		if !release.Is(err, release.Unavailable) || keyOf(err) != "store.full" {
			say("a full disk answers %v", err)
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	if answered == 0 || refused == 0 {
		say("%d answered, %d refused", answered, refused)
	}
	count("full")
	room()
	deadline := time.Now().Add(6 * time.Second)
	for put() != nil {
		if time.Now().After(deadline) {
			say("the store does not write again when there is room")
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	for range 50 {
		if err := put(); err != nil {
			say("with room: %v", err)
		}
	}
	count("with room")
}

// TestFileLimit covers S5: the limit of the process, lifted later.
func TestFileLimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "passalong.db")
	c, out := child(t, "full", path)
	said, _ := io.ReadAll(out)
	if err := c.Wait(); err != nil || strings.TrimSpace(string(said)) != "done" {
		t.Errorf("%v\n%s", err, said)
	}
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Check(context.Background(), func(f string) { t.Error(f) }); err != nil {
		t.Error(err)
	}
}

// TestFullDisk covers S4 on a real small file system, where one can be made.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("needs the right to mount a small tmpfs: %v", err)
	}
	defer func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) }()
	s, err := Open(filepath.Join(dir, "passalong.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	fillUp(s, func() {
		if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
			t.Error(err)
		}
	}, t.Errorf)
}

// TestFailedSync covers S6: after a failed fsync nothing is acknowledged until
// the file is opened again, and reads go on with what was answered.
func TestFailedSync(t *testing.T) {
	path := filepath.Join(t.TempDir(), "passalong.db")
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	put := func(s *Store, key string) error {
		return s.Update(ctx, func(tx release.Tx) error { return tx.PutBlob("k", key, nil) })
	}
	if err := put(s, "before"); err != nil {
		t.Fatal(err)
	}
	// The descriptor becomes one opened for reading: its write fails with
	// EBADF, which is no full disk.
	repair := breakUnder(t, path)
	err = put(s, "during")
	if !release.Is(err, release.Unavailable) || keyOf(err) != "store.failed" {
		t.Fatalf("a failing file answers %v", err)
	}
	repair() // what fails once is not trusted again, even when it would work
	if err := put(s, "after"); keyOf(err) != "store.failed" {
		t.Errorf("and then %v", err)
	}
	if err := s.View(ctx, func(tx release.Tx) error { _, err := tx.Blob("k", "before"); return err }); err != nil {
		t.Errorf("reading: %v", err)
	}
	_ = s.Close()
	s, err = Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := put(s, "again"); err != nil {
		t.Error(err)
	}
	if err := s.View(ctx, func(tx release.Tx) error { _, err := tx.Blob("k", "during"); return err }); !release.Is(err, release.NotFound) {
		t.Errorf("an unanswered write is there: %v", err)
	}
}

// breakUnder makes every descriptor of path in this process read-only, until
// repair is called.
func breakUnder(t *testing.T, path string) (repair func()) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("needs /proc to find a descriptor")
	}
	old := map[int]int{}
	for _, e := range fds {
		var fd int
		fmt.Sscan(e.Name(), &fd)
		if target, _ := os.Readlink("/proc/self/fd/" + e.Name()); target == path && fd != int(f.Fd()) {
			if old[fd], err = syscall.Dup(fd); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Dup3(int(f.Fd()), fd, syscall.O_CLOEXEC); err != nil {
				t.Fatal(err)
			}
		}
	}
	return func() {
		for fd, was := range old {
			_ = syscall.Dup3(was, fd, syscall.O_CLOEXEC)
			_ = syscall.Close(was)
		}
	}
}
