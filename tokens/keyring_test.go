package tokens

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
)

func TestCreateOpenAndNothingBetween(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	if _, err := Open(path, at(noon)); !errors.Is(err, ErrMissing) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open without a file: %v", err)
	}
	if _, err := os.Lstat(path); err == nil {
		t.Fatal("Open made a file")
	}
	made, err := Create(path, at(noon))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	before, _ := os.ReadFile(path)
	if _, err := Create(path, at(noon)); !errors.Is(err, ErrExists) {
		t.Errorf("Create over a file: %v", err)
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("Create changed a file")
	}
	opened, err := Open(path, at(noon))
	if err != nil {
		t.Fatal(err)
	}
	c := sample()[0]
	if a, b := mint(t, made, c), mint(t, opened, c); a != b {
		t.Error("the same claims under the same key are two strings")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestCreateDoesNotFollowADanglingLink(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := os.Symlink(path+".away", path); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path, at(noon)); !errors.Is(err, ErrExists) {
		t.Errorf("%v", err)
	}
}

// T12: everything that must stop a start.
func TestKeyFilesThatStopTheStart(t *testing.T) {
	k := newRingFile(t)
	first := k.Active()
	for range 2 {
		if _, err := k.Rotate(); err != nil {
			t.Fatal(err)
		}
	}
	if err := k.Revoke(first); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(k.path)
	if err != nil {
		t.Fatal(err)
	}
	var data fileData
	if err := json.Unmarshal(whole, &data); err != nil || len(data.Keys) != 3 {
		t.Fatal(err, len(data.Keys))
	}
	good := string(whole)
	secret := data.Keys[2].Secret
	swap := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("no %q to change", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	short := b64.EncodeToString(make([]byte, 31))
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		want error
	}{
		"as it was":              {good, 0o600, nil},
		"read only":              {good, 0o400, nil},
		"other blanks":           {strings.ReplaceAll(good, "  ", "\t"), 0o600, nil},
		"empty":                  {"", 0o600, ErrInvalid},
		"only blanks":            {" \n", 0o600, ErrInvalid},
		"half":                   {good[:len(good)/2], 0o600, ErrInvalid},
		"null":                   {"null", 0o600, ErrInvalid},
		"a list":                 {"[]", 0o600, ErrInvalid},
		"twice":                  {good + good, 0o600, ErrInvalid},
		"something behind":       {good + "x", 0o600, ErrInvalid},
		"a PEM":                  {"-----BEGIN PRIVATE KEY-----\n" + secret, 0o600, ErrInvalid},
		"world-readable":         {good, 0o604, ErrUnsafe},
		"group-readable":         {good, 0o640, ErrUnsafe},
		"group-writable":         {good, 0o620, ErrUnsafe},
		"usual":                  {good, 0o644, ErrUnsafe},
		"another type":           {swap(fileType, "jwks"), 0o600, ErrInvalid},
		"a later version":        {swap(`"version": 1`, `"version": 2`), 0o600, ErrInvalid},
		"unknown field":          {swap(`"version": 1`, `"version": 1, "x": 1`), 0o600, ErrInvalid},
		"unknown field of a key": {swap(`"alg": "HS256"`, `"alg": "HS256", "use": "sig"`), 0o600, ErrInvalid},
		"doubled name":           {swap(`"version": 1`, `"version": 1, "version": 1`), 0o600, ErrInvalid},
		"other case":             {swap(`"version"`, `"Version"`), 0o600, ErrInvalid},
		"another algorithm":      {swap(`"HS256"`, `"EdDSA"`), 0o600, ErrInvalid},
		"8 bytes":                {swap(secret, "AAAAAAAAAAA"), 0o600, ErrInvalid},
		"31 bytes":               {swap(secret, short), 0o600, ErrInvalid},
		"no secret":              {swap(`"`+secret+`"`, `""`), 0o600, ErrInvalid},
		"secret not base64url":   {swap(secret, secret[:42]+"+"), 0o600, ErrInvalid},
		"secret padded":          {swap(secret, secret+"="), 0o600, ErrInvalid},
		"kid twice":              {swap(`"kid": "2"`, `"kid": "3"`), 0o600, ErrInvalid},
		"kid of four":            {swap(`"kid": "2"`, `"kid": "2222"`), 0o600, ErrInvalid},
		"kid in capitals":        {swap(`"kid": "2"`, `"kid": "A"`), 0o600, ErrInvalid},
		"kid with a path":        {swap(`"kid": "2"`, `"kid": "../"`), 0o600, ErrInvalid},
		"no kid":                 {swap(`"kid": "2"`, `"kid": ""`), 0o600, ErrInvalid},
		"no active key":          {swap(`"active"`, `"verify-only"`), 0o600, ErrInvalid},
		"two active keys":        {swap(`"verify-only"`, `"active"`), 0o600, ErrInvalid},
		"active with an end":     {withKeys(data, func(k []fileKey) { k[2].Until = k[1].Until }), 0o600, ErrInvalid},
		"two really active":      {withKeys(data, func(k []fileKey) { k[1].State, k[1].Until = Active, nil }), 0o600, ErrInvalid},
		"really none active":     {withKeys(data, func(k []fileKey) { k[2].State, k[2].Until = VerifyOnly, k[1].Until }), 0o600, ErrInvalid},
		"no keys":                {`{"type":"passalong-keyring","version":1,"keys":[]}`, 0o600, ErrInvalid},
		"no list":                {`{"type":"passalong-keyring","version":1,"keys":null}`, 0o600, ErrInvalid},
		"unknown state":          {swap(`"verify-only"`, `"pending"`), 0o600, ErrInvalid},
		"verify-only, no end":    {withKeys(data, func(k []fileKey) { k[1].Until = nil }), 0o600, ErrInvalid},
		"revoked with a secret":  {withKeys(data, func(k []fileKey) { k[0].Secret = secret }), 0o600, ErrInvalid},
		"no date":                {withKeys(data, func(k []fileKey) { k[2].Created = time.Time{} }), 0o600, ErrInvalid},
		"huge":                   {good + strings.Repeat(" ", maxFile), 0o600, ErrInvalid},
	} {
		path := filepath.Join(t.TempDir(), "keys.json")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		ring, err := Open(path, at(noon))
		if !errors.Is(err, c.want) || (ring == nil) != (c.want != nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), secret[:8]) || strings.Contains(err.Error(), short[:8])) {
			t.Errorf("%s: the error shows a secret: %v", name, err)
		}
		if after, _ := os.ReadFile(path); string(after) != c.text {
			t.Errorf("%s: opening changed the file", name)
		}
	}
	if _, err := Open(t.TempDir(), at(noon)); !errors.Is(err, ErrInvalid) {
		t.Errorf("a folder: %v", err)
	}
}

func withKeys(data fileData, change func([]fileKey)) string {
	data.Keys = append([]fileKey(nil), data.Keys...)
	change(data.Keys)
	out, _ := json.Marshal(data)
	return string(out)
}

// The string of a link in somebody's chat, its kid and expiry kept in a row.
func TestRotationKeepsLinksAndSignsThemAgain(t *testing.T) {
	now := noon
	k, err := Create(filepath.Join(t.TempDir(), "keys.json"), Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	c := Claims{Link, anID, "", noon.Add(MaxLife)}
	old, kid := mint(t, k, c), k.Active()
	next, err := k.Rotate()
	if err != nil || next == kid || k.Active() != next {
		t.Fatal(next, err)
	}
	if s := mint(t, k, c); s == old {
		t.Error("the rotated key still mints")
	}
	if s, err := k.SignWith(kid, c); err != nil || s != old {
		t.Errorf("signing again: %q, %v", s, err)
	}
	// Nothing may be minted with it that it never could have signed.
	now = noon.Add(30 * 24 * time.Hour)
	if _, err := k.SignWith(kid, Claims{Link, anID, "", now.Add(MaxLife)}); ReasonOf(err) != KeyEnded {
		t.Errorf("a rotated key minted something new: %v", err)
	}
	if _, got, err := k.Verify(Link, old, c.Expires.Add(-time.Second)); err != nil || got != kid {
		t.Errorf("the last second of a link: %v", err)
	}
	wantReason(t, k, Link, old, c.Expires, Expired)
	// Past the last link the key is dropped at the next rotation; not before.
	now = c.Expires
	if _, err := k.Rotate(); err != nil || len(k.Keys()) != 3 {
		t.Errorf("%d keys, %v", len(k.Keys()), err)
	}
	now = c.Expires.Add(rotationGrace + 2*time.Second)
	last, err := k.Rotate()
	if err != nil || len(k.Keys()) != 3 || k.Keys()[0].Kid == kid {
		t.Errorf("%v, %v", k.Keys(), err)
	}
	wantReason(t, k, Link, old, noon, UnknownKey)
	if last != "4" {
		t.Errorf("a kid was given twice: %s", last)
	}
}

// A token that outlives what its rotated key ever signed for is forged, even
// with the right signature.
func TestARotatedKeySignsNothingNew(t *testing.T) {
	k := newRingFile(t)
	later, err := Open(k.path, at(noon.Add(10*24*time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	stolen := mint(t, later, Claims{Link, anID, "", later.now().Add(MaxLife)})
	if _, _, err := k.Verify(Link, stolen, noon); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Rotate(); err != nil {
		t.Fatal(err)
	}
	wantReason(t, k, Link, stolen, noon, KeyEnded)
}

func TestRevokeIsForGood(t *testing.T) {
	k := newRingFile(t)
	c := sample()[0]
	old, kid := mint(t, k, c), k.Active()
	backup, _ := os.ReadFile(k.path)
	secret := k.ring.Load().byKid[kid].secret
	if err := k.Revoke(kid); err != nil {
		t.Fatal(err)
	}
	wantReason(t, k, Link, old, noon, RevokedKey)
	if _, err := k.SignWith(kid, c); ReasonOf(err) != RevokedKey {
		t.Errorf("SignWith: %v", err)
	}
	if k.Active() == kid || len(k.Keys()) != 2 || k.Keys()[0].State != Revoked || k.Keys()[0].Revoked != noon {
		t.Errorf("%v", k.Keys())
	}
	if _, _, err := k.Verify(Link, mint(t, k, c), noon); err != nil {
		t.Errorf("the new key: %v", err)
	}
	raw, _ := os.ReadFile(k.path)
	if strings.Contains(string(raw), b64.EncodeToString(secret.reveal())) {
		t.Error("the revoked secret is still in the file")
	}
	if err := k.Revoke(kid); err != nil {
		t.Errorf("again: %v", err)
	}
	if again, _ := os.ReadFile(k.path); string(again) != string(raw) {
		t.Error("revoking again changed the file")
	}
	if err := k.Revoke("zz"); ReasonOf(err) != UnknownKey {
		t.Errorf("an unknown kid: %v", err)
	}
	// Yesterday's backup put back under a running service.
	if err := os.WriteFile(k.path, backup, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.Reload(); !errors.Is(err, ErrLost) {
		t.Errorf("a revoked key came back: %v", err)
	}
	if _, err := k.Rotate(); !errors.Is(err, ErrLost) {
		t.Errorf("rotating on top of it: %v", err)
	}
	wantReason(t, k, Link, old, noon, RevokedKey)
}

func TestReloadTakesOnlyWhatLosesNothing(t *testing.T) {
	k := newRingFile(t)
	s := mint(t, k, sample()[0])
	whole, _ := os.ReadFile(k.path)
	other, err := Open(k.path, at(noon))
	if err != nil {
		t.Fatal(err)
	}
	next, err := other.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	fresh := mint(t, other, sample()[0])
	wantReason(t, k, Link, fresh, noon, UnknownKey)
	if err := k.Reload(); err != nil || k.Active() != next {
		t.Fatal(k.Active(), err)
	}
	if _, _, err := k.Verify(Link, fresh, noon); err != nil {
		t.Error(err)
	}
	stranger, _ := os.ReadFile(newRingFile(t).path)
	for name, text := range map[string][]byte{"before the rotation": whole, "another installation's": stranger, "empty": nil, "cut": whole[:40]} {
		if err := os.WriteFile(k.path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := k.Reload(); !errors.Is(err, ErrLost) && !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.Remove(k.path); err != nil {
		t.Fatal(err)
	}
	if err := k.Reload(); !errors.Is(err, ErrMissing) {
		t.Errorf("gone: %v", err)
	}
	if _, err := k.Rotate(); !errors.Is(err, ErrMissing) {
		t.Errorf("rotating made a file anew: %v", err)
	}
	for _, s := range []string{s, fresh} {
		if _, _, err := k.Verify(Link, s, noon); err != nil {
			t.Errorf("the keys in memory are gone: %v", err)
		}
	}
}

// Two processes that rotate at once lose no key.
func TestTwoProcessesRotate(t *testing.T) {
	k := newRingFile(t)
	s := mint(t, k, sample()[0])
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			other, err := Open(k.path, at(noon))
			if err != nil {
				t.Error(err)
				return
			}
			for range 3 {
				if _, err := other.Rotate(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := k.Reload(); err != nil || len(k.Keys()) != 13 || k.Active() != "d" {
		t.Errorf("%d keys, %s active, %v", len(k.Keys()), k.Active(), err)
	}
	if _, _, err := k.Verify(Link, s, noon); err != nil {
		t.Error(err)
	}
}

func TestVerifyingWhileRotating(t *testing.T) {
	k := newRingFile(t)
	c := sample()[0]
	s, kid := mint(t, k, c), k.Active()
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, _, err := k.Verify(Link, s, noon); err != nil {
					t.Errorf("the old link: %v", err)
					return
				}
				fresh, err := k.Sign(c)
				if err != nil {
					t.Error(err)
					return
				}
				if _, _, err := k.Verify(Link, fresh, noon); err != nil {
					t.Errorf("a fresh one: %v", err)
					return
				}
				if again, err := k.SignWith(kid, c); err != nil || again != s {
					t.Error(again, err)
				}
				_ = k.Keys()
			}
		})
	}
	for range 20 {
		if _, err := k.Rotate(); err != nil {
			t.Error(err)
		}
		if err := k.Reload(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()
}

func TestNoKeyOutOfABadSource(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	if _, err := Create(path, Options{Random: iotest.ErrReader(errors.New("dry"))}); err == nil {
		t.Error("a key out of nothing")
	}
	if _, err := Create(path, Options{Random: strings.NewReader("short")}); err == nil {
		t.Error("a key out of five bytes")
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("a file all the same")
	}
}

// A change that can't be written changes nothing in memory either.
func TestAFailedWriteChangesNothing(t *testing.T) {
	k := newRingFile(t)
	s := mint(t, k, sample()[0])
	kid := k.Active()
	// What stands in the way of the new file can't be removed.
	if err := os.MkdirAll(filepath.Join(k.path+".new", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got, err := k.Rotate(); err == nil || got != "" {
		t.Errorf("Rotate = %q, %v", got, err)
	}
	if err := k.Revoke(kid); err == nil {
		t.Error("Revoke")
	}
	if k.Active() != kid || len(k.Keys()) != 1 {
		t.Errorf("%v", k.Keys())
	}
	if _, _, err := k.Verify(Link, s, noon); err != nil {
		t.Error(err)
	}
	if again, err := Open(k.path, at(noon)); err != nil || again.Active() != kid {
		t.Error(err)
	}
}

func TestAllKidsUsedUp(t *testing.T) {
	k := newRingFile(t)
	raw, _ := os.ReadFile(k.path)
	if err := os.WriteFile(k.path, []byte(strings.Replace(string(raw), `"kid": "1"`, `"kid": "zzz"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	last, err := Open(k.path, at(noon))
	if err != nil {
		t.Fatal(err)
	}
	if len(mint(t, last, sample()[0])) > 130 {
		t.Error("a link of the last key is too long")
	}
	if _, err := last.Rotate(); err == nil || last.Active() != "zzz" {
		t.Errorf("%v", err)
	}
}
