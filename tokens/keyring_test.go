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

// The same kids, but one of them is no longer what it was.
func TestReloadRefusesAChangedKey(t *testing.T) {
	k := newRingFile(t)
	first := k.Active()
	if _, err := k.Rotate(); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(k.path)
	var data fileData
	if err := json.Unmarshal(before, &data); err != nil {
		t.Fatal(err)
	}
	swapped := strings.Replace(string(before), data.Keys[0].Secret, b64.EncodeToString(make([]byte, 32)), 1)
	if err := os.WriteFile(k.path, []byte(swapped), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.Reload(); !errors.Is(err, ErrLost) {
		t.Errorf("another secret: %v", err)
	}
	if err := os.WriteFile(k.path, before, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.Revoke(first); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(k.path, before, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.Reload(); !errors.Is(err, ErrLost) {
		t.Errorf("a revoked key is back: %v", err)
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
