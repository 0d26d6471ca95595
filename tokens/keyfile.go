package tokens

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	fileType    = "passalong-keyring"
	fileVersion = 1
	keyAlg      = "HS256"
	secretLen   = 32
	maxFile     = 1 << 20
)

// fileData is the key file.
type fileData struct {
	Type    string    `json:"type"`
	Version int       `json:"version"`
	Keys    []fileKey `json:"keys"`
}

type fileKey struct {
	Kid     string     `json:"kid"`
	Alg     string     `json:"alg"`
	State   State      `json:"state"`
	Created time.Time  `json:"created"`
	Until   *time.Time `json:"until,omitempty"`   // verify-only
	Revoked *time.Time `json:"revoked,omitempty"` // revoked
	Secret  string     `json:"secret,omitempty"`  // base64url; none when revoked
}

// readFile reads and checks a key file. Its errors name the path and the
// fault, never what a secret holds.
func readFile(path string) (*ring, error) {
	raw, err := readSafe(path)
	if err != nil {
		return nil, err
	}
	r, err := parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", err, path)
	}
	return r, nil
}

func readSafe(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w (%s)", ErrMissing, path)
	}
	if err != nil {
		return nil, fmt.Errorf("tokens: reading the keys: %w", err)
	}
	defer f.Close()
	// Asked of the open file: its name may point elsewhere by now.
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("tokens: reading the keys: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: not a file (%s)", ErrInvalid, path)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%w: mode %04o, want 0600 (%s)", ErrUnsafe, info.Mode().Perm(), path)
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("tokens: reading the keys: %w", err)
	}
	return raw, nil
}

func parse(raw []byte) (*ring, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrInvalid)
	}
	if len(raw) > maxFile {
		return nil, fmt.Errorf("%w: it is too large", ErrInvalid)
	}
	var data fileData
	if err := json.Unmarshal(raw, &data); err != nil {
		// A decoder's error may quote a value: only that it failed is told.
		return nil, fmt.Errorf("%w: not the JSON of a keyring", ErrInvalid)
	}
	if data.Type != fileType || data.Version != fileVersion {
		return nil, fmt.Errorf("%w: not a %s of version %d", ErrInvalid, fileType, fileVersion)
	}
	// Written again it must be the same: no unknown, doubled or differently
	// spelt name.
	again, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("%w: a date out of range", ErrInvalid)
	}
	var compact bytes.Buffer
	if json.Compact(&compact, raw) != nil || !bytes.Equal(compact.Bytes(), again) {
		return nil, fmt.Errorf("%w: not written the way we write it", ErrInvalid)
	}
	keys := make([]*key, 0, len(data.Keys))
	for _, fk := range data.Keys {
		k, err := fk.key()
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return newRing(keys)
}

func (fk fileKey) key() (*key, error) {
	fault := func(what string) error { return fmt.Errorf("%w: key %q: %s", ErrInvalid, fk.Kid, what) }
	if !ValidKid(fk.Kid) {
		return nil, fmt.Errorf("%w: a kid is 1 to 3 characters of [0-9a-z]", ErrInvalid)
	}
	if fk.Alg != keyAlg {
		return nil, fault("its type is not " + keyAlg)
	}
	info := KeyInfo{Kid: fk.Kid, State: fk.State, Created: fk.Created}
	if fk.Until != nil {
		info.Until = *fk.Until
	}
	if fk.Revoked != nil {
		info.Revoked = *fk.Revoked
	}
	if info.Created.IsZero() {
		return nil, fault("no date")
	}
	if (fk.State == VerifyOnly) != (!info.Until.IsZero()) || (fk.State == Revoked) != (!info.Revoked.IsZero()) {
		return nil, fault("its dates don't fit its state")
	}
	switch fk.State {
	case Revoked:
		if fk.Secret != "" {
			return nil, fault("revoked, and still holds its secret")
		}
		return newKey(info, Secret{}), nil
	case Active, VerifyOnly:
		raw, err := base64.RawURLEncoding.Strict().DecodeString(fk.Secret)
		if err != nil {
			return nil, fault("its secret is not base64url")
		}
		if len(raw) < secretLen {
			return nil, fault(fmt.Sprintf("its secret has %d bytes, fewer than %d", len(raw), secretLen))
		}
		return newKey(info, NewSecret(raw)), nil
	}
	return nil, fault("unknown state")
}

func format(r *ring) ([]byte, error) {
	data := fileData{Type: fileType, Version: fileVersion}
	for _, k := range r.keys {
		fk := fileKey{Kid: k.Kid, Alg: keyAlg, State: k.State, Created: k.Created}
		if !k.Until.IsZero() {
			fk.Until = &k.Until
		}
		if !k.Revoked.IsZero() {
			fk.Revoked = &k.Revoked
		}
		if k.State != Revoked {
			fk.Secret = base64.RawURLEncoding.EncodeToString(k.secret.reveal())
		}
		data.Keys = append(data.Keys, fk)
	}
	out, err := json.MarshalIndent(data, "", "  ")
	return append(out, '\n'), err
}

func absent(path string) error {
	_, err := os.Lstat(path)
	if err == nil {
		return fmt.Errorf("%w (%s)", ErrExists, path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return fmt.Errorf("tokens: looking for the keys: %w", err)
}

// writeFile puts the ring in place of the file: whole or not at all. placed
// tells whether the new file stands there, even when flushing the folder failed.
func writeFile(path string, r *ring) (placed bool, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("tokens: writing the keys: %w", err)
		}
	}()
	raw, err := format(r)
	if err != nil {
		return false, err
	}
	// Read it as the next start will: better no change than keys nobody can open.
	if _, err := parse(raw); err != nil {
		return false, err
	}
	// Where the path is a symbolic link, what it points to is replaced.
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	tmp := path + ".new"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return false, err
	}
	_, err = f.Write(raw)
	err = errors.Join(err, keepOwner(f, path), f.Sync())
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		_ = os.Remove(tmp)
		return false, err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return true, err
	}
	return true, errors.Join(folder.Sync(), folder.Close())
}
