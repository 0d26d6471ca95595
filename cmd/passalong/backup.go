package main

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"passalong/release/api"
)

type backupCmd struct {
	File string `arg:"" type:"path" help:"Where the copy is written. It holds the keys: keep it safe."`
}

// Run copies everything into one file.
func (b *backupCmd) Run(c *call) error {
	cl, err := c.connect()
	if err != nil {
		return err
	}
	defer cl.close()
	res, err := cl.do(c.ctx, http.MethodGet, "/backup", nil, "", nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if err := writeFile(b.File, func(w io.Writer) error { _, err := io.Copy(w, res.Body); return err }); err != nil {
		return err
	}
	c.say("Everything is in %s, keys included: keep it as safe as the server.", b.File)
	return nil
}

type restoreCmd struct {
	File string `arg:"" type:"existingfile" help:"A backup."`
}

// Run makes a data folder from a backup, whole or not at all.
func (r *restoreCmd) Run(c *call) error {
	target := string(c.folder())
	if entries, err := os.ReadDir(target); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty: name a new folder with --data", target)
	}
	f, err := os.Open(r.File)
	if err != nil {
		return err
	}
	defer f.Close()
	fresh := target + ".restoring"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	if err := unpack(f, fresh); err != nil {
		return fmt.Errorf("%s can't be restored: %w. Nothing was changed", r.File, err)
	}
	_ = os.Remove(target) // an empty folder stands in the way of the rename
	if err := os.Rename(fresh, target); err != nil {
		return err
	}
	c.say("Restored into %s. The same links work: passalong serve --data %s", target, target)
	return nil
}

// unpack writes an archive into a folder and verifies it by its manifest.
func unpack(r io.Reader, dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "media"), 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	in := tar.NewReader(r)
	got := map[string]string{}
	var manifest *api.Manifest
	for {
		head, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errors.New("it is no backup of Passalong, or was cut short")
		}
		name := head.Name
		switch {
		case name == api.ArchiveManifest:
			manifest = &api.Manifest{}
			if err := json.NewDecoder(in).Decode(manifest); err != nil {
				return errors.New("its manifest can't be read")
			}
			continue
		case name == api.ArchiveDatabase, name == api.ArchiveKeys, name == api.ArchiveSettings:
		case strings.HasPrefix(name, api.ArchiveMedia) && !strings.ContainsAny(name[len(api.ArchiveMedia):], "/\\"):
		default:
			return fmt.Errorf("it holds %q, which no backup does", name)
		}
		out, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		sum := sha256.New()
		_, err = io.Copy(io.MultiWriter(out, sum), in)
		if err == nil {
			err = out.Sync()
		}
		if e := out.Close(); err == nil {
			err = e
		}
		if err != nil {
			return err
		}
		got[name] = hex.EncodeToString(sum.Sum(nil))
	}
	if manifest == nil {
		return errors.New("it was cut short: the manifest is missing")
	}
	for name, want := range manifest.SHA256 {
		if got[name] != want {
			return fmt.Errorf("%s in it is damaged or missing", name)
		}
	}
	if got[api.ArchiveDatabase] == "" || got[api.ArchiveKeys] == "" {
		return errors.New("database or keys are missing")
	}
	return nil
}
