package boltdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"

	"passalong/release"
)

// Backup writes a consistent copy to w while the store serves. The copy is
// made beside the database first and checked there: a slow reader then holds
// no transaction open, and nobody is given a copy that cannot be opened.
func (s *Store) Backup(ctx context.Context, w io.Writer) error {
	f, err := os.CreateTemp(filepath.Dir(s.path), filepath.Base(s.path)+".backup-*")
	if err != nil {
		return backupError(err)
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}()
	if err := s.view(func(t *tx) error { return copyTo(ctx, f, t.b) }); err != nil {
		return backupError(err)
	}
	if err := verify(f.Name()); err != nil {
		return backupError(err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return backupError(err)
	}
	_, err = io.Copy(w, &reader{ctx, f})
	return err
}

// copyTo writes a transaction's file through a buffer that heeds ctx. It hides
// f's ReadFrom: WriteTo reads bbolt's own file handle, and splicing from it
// moves nothing that a plain copy does not.
func copyTo(ctx context.Context, f *os.File, b *bolt.Tx) error {
	n, err := b.WriteTo(&writer{ctx, f})
	if err == nil && n != b.Size() {
		err = fmt.Errorf("%d bytes copied of %d", n, b.Size())
	}
	if err != nil {
		return err
	}
	return f.Sync()
}

type writer struct {
	ctx context.Context
	w   io.Writer
}

func (w *writer) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(p)
}

type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

func backupError(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || release.Is(err, release.Unavailable) {
		return err
	}
	return &release.Error{Kind: release.Unavailable, Key: "store.backup", Err: err}
}

// verify opens a copy as Open would, to prove that it can be restored.
func verify(path string) error {
	s, err := Open(path, Options{NoSync: true})
	if err != nil {
		return err
	}
	return s.Close()
}
