// Package media owns asset files: it takes them in whole or not at all, finds
// out what they really are, makes posters, cards and smaller renditions of
// them, and gives them back as real files. It never decides who may have one,
// knows no campaign, and trusts neither a file's name nor its content.
package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Error is a refusal with a sentence: Key is a key of words' catalog below
// "errors." ("file.empty"), Args its values, Err the cause for the log.
type Error struct {
	Key  string
	Args map[string]any
	Err  error
}

// Error is the log's form, not the reader's.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("media: %s: %v", e.Key, e.Err)
	}
	return "media: " + e.Key
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// refuse makes an Error; args are name, value pairs.
func refuse(key string, err error, args ...any) *Error {
	e := &Error{Key: key, Args: map[string]any{}, Err: err}
	for i := 0; i+1 < len(args); i += 2 {
		e.Args[args[i].(string)] = args[i+1]
	}
	return e
}

// Options bound what is taken in; the zero value is good.
type Options struct {
	Limit  int64 // bytes a file may have; 0 is 8 GB
	Pixels int64 // pixels an image or a frame may have; 0 is 50 million
	Pages  int   // pages a PDF may have; 0 is 2,000
}

func (o Options) filled() Options {
	if o.Limit <= 0 {
		o.Limit = 8e9
	}
	if o.Pixels <= 0 {
		o.Pixels = 50e6
	}
	if o.Pages <= 0 {
		o.Pages = 2000
	}
	return o
}

// Files is a folder of files called by their ref. Methods may be called from
// many goroutines.
type Files struct {
	dir  string
	root *os.Root
	o    Options
}

// Open opens the folder, making it when it is not there.
func Open(dir string, o Options) (*Files, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(abs)
	if err != nil {
		return nil, err
	}
	return &Files{dir: abs, root: root, o: o.filled()}, nil
}

// Close lets the folder go; files opened from it stay open.
func (f *Files) Close() error { return f.root.Close() }

// A ref is 32 hexadecimal digits of the content's SHA-256, or an id that was
// passed in; what is made from a file adds a variant: "<ref>.480.mp4".
var refForm = regexp.MustCompile(`^[0-9a-z][0-9a-z_-]*(\.[0-9a-z_-]+)*$`)

func goodRef(ref string) bool { return len(ref) <= 120 && refForm.MatchString(ref) }

// Variant is the ref of something made from ref: Variant("ab12", "480.mp4").
func Variant(ref, name string) string { return ref + "." + name }

// Base is the ref a variant was made from.
func Base(ref string) string { base, _, _ := strings.Cut(ref, "."); return base }

// Open opens a file for reading. It is a real *os.File, so that
// http.ServeContent sends it without copying; the caller closes it.
func (f *Files) Open(ref string) (*os.File, fs.FileInfo, error) {
	if !goodRef(ref) {
		return nil, nil, refuse("file.unknown", fs.ErrNotExist)
	}
	file, err := f.root.Open(ref)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, refuse("file.unknown", err)
	}
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = refuse("file.unknown", fs.ErrNotExist)
	}
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return file, info, nil
}

// Has tells whether a file is there.
func (f *Files) Has(ref string) bool {
	if !goodRef(ref) {
		return false
	}
	info, err := f.root.Stat(ref)
	return err == nil && info.Mode().IsRegular()
}

// Delete removes a file and everything made from it. One that is not there is
// no error.
func (f *Files) Delete(ctx context.Context, ref string) error {
	if !goodRef(ref) {
		return refuse("file.unknown", fs.ErrNotExist)
	}
	for e, err := range f.List(ctx) {
		if err != nil {
			return err
		}
		if e.Ref != ref && !strings.HasPrefix(e.Ref, ref+".") {
			continue
		}
		if err := f.root.Remove(e.Ref); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Entry is one file of the folder.
type Entry struct {
	Ref      string
	Size     int64
	Modified time.Time
}

// List goes over the files, variants included, in name order.
func (f *Files) List(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		all, err := fs.ReadDir(f.root.FS(), ".")
		if err != nil {
			yield(Entry{}, err)
			return
		}
		for _, d := range all {
			if ctx.Err() != nil {
				yield(Entry{}, ctx.Err())
				return
			}
			info, err := d.Info()
			if errors.Is(err, fs.ErrNotExist) || !goodRef(d.Name()) || err == nil && !info.Mode().IsRegular() {
				continue
			}
			if !yield(Entry{d.Name(), info.Size(), info.ModTime().UTC()}, err) || err != nil {
				return
			}
		}
	}
}

// Sum reads a file whole and returns the SHA-256 of its content in hex, for
// backup and check.
func (f *Files) Sum(ctx context.Context, ref string) (string, error) {
	file, _, err := f.Open(ref)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, reader{ctx, file}); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Sweep removes what nobody needs: files whose base keep refuses, and what
// broken uploads left, when older than before. It returns how many files went
// and their bytes.
func (f *Files) Sweep(ctx context.Context, before time.Time, keep func(base string) bool) (n int, bytes int64, err error) {
	all, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return 0, 0, err
	}
	for _, d := range all {
		if err := ctx.Err(); err != nil {
			return n, bytes, err
		}
		info, err := d.Info()
		if err != nil || !info.Mode().IsRegular() || !info.ModTime().Before(before) {
			continue
		}
		if !strings.HasPrefix(d.Name(), tempPrefix) && (!goodRef(d.Name()) || keep(Base(d.Name()))) {
			continue
		}
		if err := f.root.Remove(d.Name()); err == nil {
			n, bytes = n+1, bytes+info.Size()
		}
	}
	return n, bytes, nil
}

// reader stops reading when its context ends.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
