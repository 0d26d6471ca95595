package media

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"passalong/release/words"
)

const tempPrefix = ".part-"

// File is what is known of a file once it is in.
type File struct {
	Ref    string
	Name   string // its name for people: no folder, no control characters
	Size   int64  // bytes stored
	SHA256 string // hex, of what is stored
	Sent   string // hex, of what was sent; differs when the index was moved
	Info   Info
}

// Put takes a file in: it streams to the disk, is checked for what it really
// is, gets its index moved to the front when it is an MP4 whose index is at
// the end, and only then appears under its content's name. On any error
// nothing is left and the error is an *Error with a sentence.
func (f *Files) Put(ctx context.Context, name string, r io.Reader) (File, error) {
	return f.PutAs(ctx, "", name, r)
}

// PutAs is Put under a ref of the caller's (an id, a variant). An existing
// file of that ref is replaced, whole.
func (f *Files) PutAs(ctx context.Context, ref, name string, r io.Reader) (File, error) {
	out := File{Ref: ref, Name: CleanName(name)}
	if out.Name == "" || ref != "" && !goodRef(ref) {
		return File{}, refuse("file.name", nil, "name", name)
	}
	err := f.temporary(func(tmp *os.File) error {
		if err := f.receive(ctx, &out, tmp, r); err != nil {
			return err
		}
		var err error
		if out.Info, err = Inspect(tmp, out.Size, out.Name, f.o); err != nil {
			return err
		}
		if out.Info.Kind != Video || out.Info.Mime != "video/mp4" || out.Info.IndexFirst || out.Info.Fragmented {
			return f.publish(tmp, out.Ref)
		}
		return f.temporary(func(front *os.File) error {
			if err := f.moveIndex(ctx, &out, tmp, front); err != nil {
				return err
			}
			return f.publish(front, out.Ref)
		})
	})
	if err != nil {
		return File{}, f.explain(err, out.Name)
	}
	return out, nil
}

// receive copies the stream, counting and hashing on the way.
func (f *Files) receive(ctx context.Context, out *File, tmp *os.File, r io.Reader) error {
	h := sha256.New()
	src := &sourced{r: reader{ctx, r}}
	n, err := io.CopyBuffer(io.MultiWriter(tmp, h), io.LimitReader(src, f.o.Limit+1), make([]byte, 256<<10))
	switch {
	case src.err != nil:
		return refuse("file.cut", src.err, "name", out.Name)
	case err != nil:
		return err
	case n > f.o.Limit:
		return refuse("file.too_large", nil, "name", out.Name, "limit", words.Size(f.o.Limit))
	case n == 0:
		return refuse("file.empty", nil, "name", out.Name)
	}
	out.Size, out.Sent = n, hex.EncodeToString(h.Sum(nil))
	out.SHA256 = out.Sent
	if out.Ref == "" {
		out.Ref = out.Sent[:32]
	}
	return nil
}

// moveIndex writes tmp to front with its index first. The ref stays that of
// what was sent: the same upload is found again.
func (f *Files) moveIndex(ctx context.Context, out *File, tmp, front *os.File) error {
	h := sha256.New()
	if err := FastStart(ctx, tmp, out.Size, io.MultiWriter(front, h)); err != nil {
		return err
	}
	st, err := front.Stat()
	if err != nil {
		return err
	}
	info, err := Inspect(front, st.Size(), out.Name, f.o)
	if err != nil {
		return err
	}
	if !info.IndexFirst || info.Duration != out.Info.Duration {
		return refuse("file.broken", errors.New("moving the index changed the clip"), "name", out.Name)
	}
	info.IndexMoved = true
	out.Info, out.Size, out.SHA256 = info, st.Size(), hex.EncodeToString(h.Sum(nil))
	return nil
}

// temporary runs fn with a new file that is gone afterwards unless published.
func (f *Files) temporary(fn func(*os.File) error) error {
	name := tempPrefix + strings.ToLower(rand.Text())
	tmp, err := f.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer f.root.Remove(name) // after publish the name is no more: an error to ignore
	defer tmp.Close()
	return fn(tmp)
}

// publish makes tmp durable and gives it its name, in one step.
func (f *Files) publish(tmp *os.File, ref string) error {
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := f.root.Rename(filepath.Base(tmp.Name()), ref); err != nil {
		return err
	}
	dir, err := f.root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// explain turns what the disk says into a sentence.
func (f *Files) explain(err error, name string) error {
	if e := (*Error)(nil); errors.As(err, &e) {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		return refuse("file.disk_full", err, "name", name)
	}
	return refuse("internal", err)
}

// sourced remembers that an error came from the sender, not from the disk.
type sourced struct {
	r   io.Reader
	err error
}

func (s *sourced) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// CleanName makes a file's name safe to show and to offer for download: the
// last part of a path, no control or direction characters, at most 120 bytes
// with its extension kept. It is never used as a name on the disk. A name of
// nothing else is "".
func CleanName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
			return -1
		}
		return r
	}, name))
	if strings.Trim(name, "./ ") == "" {
		return ""
	}
	const most = 120
	if len(name) > most {
		ext := path.Ext(name)
		if len(ext) > 12 {
			ext = ""
		}
		cut := most - len(ext)
		for cut > 0 && !utf8.RuneStart(name[cut]) {
			cut--
		}
		name = name[:cut] + ext
	}
	return name
}
