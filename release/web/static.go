package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// Static serves embedded files. Under its hashed name ("app.3f2a9c1b04.js") a
// file is kept by browsers for ever; under its plain name it is asked for
// anew, with an ETag, for what refers to it by name.
type Static struct {
	prefix string
	byName map[string]*staticFile // plain name
	byPath map[string]*staticFile // hashed name
}

type staticFile struct {
	hashed  string
	kind    string
	etag    string
	hash    string // for integrity=
	content []byte
	zipped  func() []byte // nil when it is no gain
}

// NewStatic reads every file of files; prefix is the URL folder, "/static/".
func NewStatic(files fs.FS, prefix string) (*Static, error) {
	s := &Static{prefix: "/" + strings.Trim(prefix, "/") + "/", byName: map[string]*staticFile{}, byPath: map[string]*staticFile{}}
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		f := newStaticFile(name, content)
		s.byName[name], s.byPath[f.hashed] = f, f
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("static files: %w", err)
	}
	return s, nil
}

func newStaticFile(name string, content []byte) *staticFile {
	sum := sha256.Sum256(content)
	short, ext := hex.EncodeToString(sum[:5]), path.Ext(name)
	f := &staticFile{
		hashed:  strings.TrimSuffix(name, ext) + "." + short + ext,
		kind:    mimeOf(ext),
		etag:    `"` + short + `"`,
		hash:    "sha256-" + base64.StdEncoding.EncodeToString(sum[:]),
		content: content,
	}
	f.zipped = sync.OnceValue(func() []byte { return zip(f.kind, content) })
	return f
}

// URL is the address of a file by its plain name. An unknown name is a fault
// in a template: it gives an address that answers 404, and a test of pages
// finds it.
func (s *Static) URL(name string) string {
	if f, ok := s.byName[name]; ok {
		return s.prefix + f.hashed
	}
	return s.prefix + name
}

// Has tells whether there is such a file.
func (s *Static) Has(name string) bool { return s.byName[name] != nil }

// Integrity is the file's hash for an integrity attribute.
func (s *Static) Integrity(name string) string {
	if f, ok := s.byName[name]; ok {
		return f.hash
	}
	return ""
}

// ServeHTTP answers GET and HEAD below the prefix.
func (s *Static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, under := strings.CutPrefix(r.URL.Path, s.prefix)
	f, hashed := s.byPath[name]
	if !hashed {
		f = s.byName[name]
	}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if !under || f == nil {
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		return
	}
	h.Set("Cache-Control", "no-cache")
	if hashed {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Content-Type", f.kind)
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Add("Vary", "Accept-Encoding")
	body, etag := f.content, f.etag
	if acceptsGzip(r) && r.Header.Get("Range") == "" {
		if small := f.zipped(); small != nil {
			body, etag = small, strings.TrimSuffix(f.etag, `"`)+`-gz"`
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("Etag", etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(part), " ", ""), ";")
		if name == "gzip" && q != "q=0" && !strings.HasPrefix(q, "q=0.000") {
			return true
		}
	}
	return false
}

// zip gives the content compressed, or nil when that saves less than a tenth.
func zip(kind string, content []byte) []byte {
	if strings.HasPrefix(kind, "image/") && kind != "image/svg+xml" || strings.HasPrefix(kind, "font/") || len(content) < 256 {
		return nil
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil
	}
	if _, err := z.Write(content); err != nil || z.Close() != nil || b.Len() > len(content)*9/10 {
		return nil
	}
	return b.Bytes()
}

// mimeOf is a table of our own: the system's differs from one to the next.
func mimeOf(ext string) string {
	switch strings.ToLower(ext) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".txt", ".md":
		return "text/plain; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".webp":
		return "image/webp"
	case ".ico":
		return "image/x-icon"
	case ".woff2":
		return "font/woff2"
	case ".wasm":
		return "application/wasm"
	case ".vtt":
		return "text/vtt; charset=utf-8"
	}
	return "application/octet-stream"
}
