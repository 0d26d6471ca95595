package api

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// Manifest is the last file of an archive: what is in it and how to know that
// it is whole.
type Manifest struct {
	Version string            `json:"version"`
	Made    time.Time         `json:"made"`
	SHA256  map[string]string `json:"sha256"` // by name in the archive
}

// Names inside an archive.
const (
	ArchiveDatabase = "passalong.db"
	ArchiveKeys     = "keys.json"
	ArchiveSettings = "settings.json"
	ArchiveMedia    = "media/"
	ArchiveManifest = "manifest.json"
)

// Archive writes everything an installation is, as a tar: the database as of
// one moment, then keys, settings and media, the manifest last. Media files
// never change under a name, so that what the database names is there.
func (a *API) Archive(ctx context.Context, w io.Writer) error {
	out := tar.NewWriter(w)
	m := Manifest{Version: a.Version, Made: a.Now().UTC(), SHA256: map[string]string{}}
	tmp, err := os.CreateTemp("", "passalong-backup-")
	if err != nil {
		return err
	}
	defer func() { _ = tmp.Close(); _ = os.Remove(tmp.Name()) }()
	if err := a.Service.Store().Backup(ctx, tmp); err != nil {
		return err
	}
	if err := m.add(out, ArchiveDatabase, tmp); err != nil {
		return err
	}
	for name, path := range map[string]string{ArchiveKeys: a.KeyFile, ArchiveSettings: a.Settings} {
		if path == "" {
			continue
		}
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) && name == ArchiveSettings {
			continue
		}
		if err != nil {
			return err
		}
		err = m.add(out, name, f)
		_ = f.Close()
		if err != nil {
			return err
		}
	}
	for entry, err := range a.Media.List(ctx) {
		if err != nil {
			return err
		}
		f, _, err := a.Media.Open(entry.Ref)
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted meanwhile, by a campaign that the copy does not name
		}
		if err != nil {
			return err
		}
		err = m.add(out, ArchiveMedia+entry.Ref, f)
		_ = f.Close()
		if err != nil {
			return err
		}
	}
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := out.WriteHeader(&tar.Header{Name: ArchiveManifest, Mode: 0o600, Size: int64(len(b)), ModTime: m.Made}); err != nil {
		return err
	}
	if _, err := io.Copy(out, bytes.NewReader(b)); err != nil {
		return err
	}
	return out.Close()
}

func (m *Manifest) add(out *tar.Writer, name string, f *os.File) error {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := out.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: m.Made}); err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, sum), io.LimitReader(f, size))
	if err != nil {
		return err
	}
	if n != size {
		return fmt.Errorf("api: %s shrank while it was copied", name)
	}
	m.SHA256[name] = hex.EncodeToString(sum.Sum(nil))
	return nil
}
