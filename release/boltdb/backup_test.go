package boltdb

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"passalong/release"
)

// TestBackupRestores: the copy is a store with all that was answered before,
// while others write, and a slow reader holds nobody up (S8).
func TestBackupRestores(t *testing.T) {
	s := openTest(t, Options{})
	ctx := context.Background()
	for w := range 500 {
		var no uint32
		if err := s.Update(ctx, func(tx release.Tx) error { return claimOne(tx, w, &no) }); err != nil {
			t.Fatal(err)
		}
	}
	var copied bytes.Buffer
	slow := &slowWriter{w: &copied, wrote: make(chan struct{})}
	done := make(chan error, 1)
	go func() { done <- s.Backup(ctx, slow) }()
	<-slow.wrote // the reader has its first bytes and takes its time
	var worst time.Duration
	for w := range 50 {
		start := time.Now()
		var no uint32
		if err := s.Update(ctx, func(tx release.Tx) error { return claimOne(tx, w, &no) }); err != nil {
			t.Fatal(err)
		}
		worst = max(worst, time.Since(start))
	}
	if worst > time.Second {
		t.Errorf("a write waited %v for the reader of a backup", worst)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "restored.db")
	if err := os.WriteFile(path, copied.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	faults, err := use(t, path)
	if err != nil || len(faults) > 0 {
		t.Fatalf("%v %v", err, faults)
	}
	r, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.View(ctx, func(tx release.Tx) error { _, err := tx.ViewerByNo("cmp_a", 500); return err }); err != nil {
		t.Error(err)
	}
	names, _ := os.ReadDir(filepath.Dir(s.path))
	if len(names) != 1 {
		t.Errorf("left over: %v", names)
	}
}

type slowWriter struct {
	w     io.Writer
	wrote chan struct{}
	begun bool
}

func (w *slowWriter) Write(p []byte) (int, error) {
	if !w.begun {
		w.begun = true
		close(w.wrote)
	}
	time.Sleep(10 * time.Millisecond)
	return w.w.Write(p)
}
