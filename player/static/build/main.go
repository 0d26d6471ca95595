// Command build makes the fan's script bundles: it owns the recipe of
// player/static/*.js and nothing at run time. Run by `go generate ./player`;
// the sources are static/src and pdf.js from npm, both fixed by version and
// checksum, so that it writes the same bytes everywhere.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

const (
	pdfVersion = "6.5.438"
	pdfSum     = "7461aefcd27c4ef0dd76f9ca5760f09466eb6b3f934432670c12132e7b3d6faa"
)

// old is the oldest script a webview must speak.
const old = api.ES2017

func main() {
	if err := run("static"); err != nil {
		fmt.Fprintln(os.Stderr, "static/build:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	pdf, err := unpackPDF()
	if err != nil {
		return err
	}
	defer os.RemoveAll(pdf)
	bundles := []struct{ in, out, head string }{
		{filepath.Join(dir, "src", "watch.js"), "watch.js", ""},
		{filepath.Join(dir, "src", "pdf.js"), "pdf.js", license},
		{filepath.Join(dir, "src", "pdf.worker.js"), "pdf.worker.js", license},
	}
	var sums []string
	for _, b := range bundles {
		code, err := bundle(b.in, pdf, b.head)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, b.out), code, 0o644); err != nil {
			return err
		}
		sum := sha256.Sum256(code)
		sums = append(sums, hex.EncodeToString(sum[:])+"  "+b.out)
	}
	return os.WriteFile(filepath.Join(dir, "SUMS"), []byte(strings.Join(sums, "\n")+"\n"), 0o644)
}

const license = "/*! pdf.js " + pdfVersion + ", Copyright Mozilla Foundation, Apache License 2.0 (LICENSE-pdfjs) */"

func bundle(in, pdf, head string) ([]byte, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{in}, Bundle: true, Write: false, Format: api.FormatIIFE, Target: old,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true, Charset: api.CharsetUTF8,
		LegalComments: api.LegalCommentsNone, Banner: map[string]string{"js": head},
		Alias:    map[string]string{"pdfjs": filepath.Join(pdf, "package", "legacy", "build")},
		Define:   map[string]string{"import.meta.url": `""`},
		External: []string{"./pdf.renderer.mjs"},
		LogLevel: api.LogLevelError,
	})
	if len(result.Errors) > 0 {
		return nil, errors.New(result.Errors[0].Text)
	}
	return result.OutputFiles[0].Contents, nil
}

// unpackPDF fetches pdf.js with npm and checks it.
func unpackPDF() (string, error) {
	dir, err := os.MkdirTemp("", "pdfjs")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("npm", "pack", "--silent", "pdfjs-dist@"+pdfVersion)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return dir, fmt.Errorf("npm pack: %w: %s", err, out)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "pdfjs-dist-"+pdfVersion+".tgz"))
	if err != nil {
		return dir, err
	}
	if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != pdfSum {
		return dir, fmt.Errorf("pdfjs-dist %s has sha256 %x, not the one written here", pdfVersion, sum)
	}
	return dir, untar(raw, dir)
}

func untar(raw []byte, dir string) error {
	want := []string{"package/legacy/build/pdf.mjs", "package/legacy/build/pdf.worker.mjs", "package/LICENSE"}
	gz, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	for in := tar.NewReader(gz); ; {
		h, err := in.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if !slices.Contains(want, h.Name) {
			continue
		}
		content, err := io.ReadAll(in)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(h.Name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, content, 0o644); err != nil {
			return err
		}
	}
}
