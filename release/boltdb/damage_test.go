package boltdb

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"passalong/release"
)

// sound makes a store with rows of all sorts and gives its file's bytes.
func sound(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sound.db")
	s, err := Open(path, Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		err = s.Update(context.Background(), func(tx release.Tx) error {
			for w := range 200 {
				var no uint32
				if err := claimOne(tx, w, &no); err != nil {
					return err
				}
				if err := tx.PutBlob("k", fmt.Sprint(no), make([]byte, 6000*(w%50/49))); err != nil { // some need overflow pages
					return err
				}
			}
			return tx.PutCampaign(release.Campaign{ID: "cmp_a", Title: "a"})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// A file that grew is longer than what is used: damage there is none.
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var size int64
	_ = db.View(func(b *bolt.Tx) error { size = b.Size(); return nil })
	return b[:size]
}

// use does with a file what a server would: open, read all, write, check. It
// gives what was reported; a panic or a hang ends the test binary.
func use(t *testing.T, path string) (faults []string, err error) {
	t.Helper()
	s, err := Open(path, Options{NoSync: true})
	if err != nil {
		if key := keyOf(err); !strings.HasPrefix(key, "store.") {
			t.Errorf("an error without a key: %v", err)
		}
		return nil, err
	}
	defer func() { _ = s.Close() }()
	_ = s.View(context.Background(), func(tx release.Tx) error {
		_ = tx.Viewers("cmp_a", 0, func(release.Viewer) bool { return true })
		_ = tx.Events("cmp_a", 0, func(release.Event) bool { return true })
		_, err := tx.Campaigns()
		return err
	})
	if err := s.Check(context.Background(), func(f string) { faults = append(faults, f) }); err != nil {
		faults = append(faults, err.Error())
	}
	_ = s.Update(context.Background(), func(tx release.Tx) error {
		var no uint32
		return claimOne(tx, 0, &no)
	})
	return faults, nil
}

func keyOf(err error) string {
	if e, ok := err.(*release.Error); ok {
		return e.Key
	}
	return ""
}

// TestDamaged covers S7: whatever happened to the file, the answer is a clear
// error or a report of Check; never a panic, never a hang.
func TestDamaged(t *testing.T) {
	good := sound(t)
	dir := t.TempDir()
	write := func(b []byte) string {
		path := filepath.Join(dir, "damaged.db")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if faults, err := use(t, write(good)); err != nil || len(faults) > 0 {
		t.Fatalf("the sound file: %v %v", err, faults)
	}
	page := os.Getpagesize()
	both := func(f func(b []byte)) func([]byte) []byte {
		return func(b []byte) []byte { f(b[:page]); f(b[page : 2*page]); return b }
	}
	for name, c := range map[string]struct {
		make func([]byte) []byte
		key  string
	}{
		"empty":           {func([]byte) []byte { return nil }, "store.damaged"},
		"one byte":        {func([]byte) []byte { return []byte{7} }, "store.damaged"},
		"text":            {func([]byte) []byte { return []byte(strings.Repeat("not a database\n", 2000)) }, "store.damaged"},
		"zeros":           {func(b []byte) []byte { return make([]byte, len(b)) }, "store.damaged"},
		"both metas gone": {both(func(b []byte) { clear(b) }), "store.damaged"},
		"both metas flip": {both(func(b []byte) { b[40] ^= 1 }), "store.damaged"},
		"half":            {func(b []byte) []byte { return b[:len(b)/2] }, "store.damaged"},
		"metas only":      {func(b []byte) []byte { return b[:2*page] }, "store.damaged"},
		"cut in a meta":   {func(b []byte) []byte { return b[:page+10] }, "store.damaged"},
		"last page gone":  {func(b []byte) []byte { return b[:len(b)-page] }, "store.damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := use(t, write(c.make(append([]byte{}, good...))))
			if err == nil || keyOf(err) != c.key {
				t.Errorf("opened with %v, want %s", err, c.key)
			}
		})
	}
	t.Run("pages", func(t *testing.T) { // each page in turn: gone, noise, another's
		for at := 2 * page; at < len(good); at += page {
			for kind := range 3 {
				b := append([]byte{}, good...)
				switch kind {
				case 0:
					clear(b[at : at+page])
				case 1:
					r := rand.New(rand.NewPCG(1, uint64(at)))
					for i := range page {
						b[at+i] = byte(r.Uint32())
					}
				case 2:
					copy(b[at:at+page], good[2*page:3*page])
				}
				_, _ = use(t, write(b))
			}
		}
	})
	t.Run("bits", func(t *testing.T) {
		silent, tried := 0, 300
		free := map[int]bool{}
		path := write(good)
		db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true, PreLoadFreelist: true})
		if err != nil {
			t.Fatal(err)
		}
		_ = db.View(func(b *bolt.Tx) error {
			for i := 2; i*page < len(good); i++ {
				if info, err := b.Page(i); err == nil && info != nil && info.Type == "free" {
					free[i] = true
				}
			}
			return nil
		})
		_ = db.Close()
		r := rand.New(rand.NewPCG(2, 3))
		for n := 0; n < tried; {
			at := 2*page + r.IntN(len(good)-2*page)
			if free[at/page] {
				continue
			}
			n++
			if n%3 == 0 { // page heads and element tables are where it hurts
				at = at/page*page + r.IntN(200)
			}
			b := append([]byte{}, good...)
			b[at] ^= 1 << r.IntN(8)
			faults, err := use(t, write(b))
			if err == nil && len(faults) == 0 {
				silent++ // unused room inside a page, or a branch key still in order
			}
		}
		t.Logf("%d of %d flipped bits changed nothing that is used", silent, tried)
	})
}

// TestForeignAndNewer: a bbolt file of another program and one of a later
// version of this one are refused and left as they are.
func TestForeignAndNewer(t *testing.T) {
	dir := t.TempDir()
	foreign := filepath.Join(dir, "foreign.db")
	db, err := bolt.Open(foreign, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = db.Update(func(b *bolt.Tx) error { _, err := b.CreateBucket([]byte("theirs")); return err })
	_ = db.Close()
	newer := filepath.Join(dir, "newer.db")
	s, err := Open(newer, Options{})
	if err != nil {
		t.Fatal(err)
	}
	_ = s.db.Update(func(b *bolt.Tx) error {
		return b.Bucket(bucketName(bMeta)).Put([]byte(keySchema), []byte{0, schema + 1})
	})
	_ = s.Close()
	for path, key := range map[string]string{foreign: "store.foreign", newer: "store.newer", dir: "store.foreign",
		filepath.Join(dir, "no", "folder.db"): "store.open"} {
		before, _ := os.ReadFile(path)
		_, err := Open(path, Options{})
		if keyOf(err) != key {
			t.Errorf("%s: %v, want %s", path, err, key)
		}
		if after, _ := os.ReadFile(path); string(before) != string(after) {
			t.Errorf("%s was changed", path)
		}
	}
}

// TestClockAcrossRestarts covers C11: a wall clock set back does not re-open
// what was closed, also after a restart.
func TestClockAcrossRestarts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "passalong.db")
	wall := time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC)
	now := func() (at time.Time) {
		s, err := Open(path, Options{Now: func() time.Time { return wall }})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.Update(context.Background(), func(tx release.Tx) error { at = tx.Now(); return tx.PutBlob("k", "k", nil) }); err != nil {
			t.Fatal(err)
		}
		return at
	}
	first := now()
	wall = wall.Add(-time.Hour)
	if again := now(); again.Before(first) {
		t.Errorf("%v after %v", again, first)
	}
	wall = wall.Add(2 * time.Hour)
	if later := now(); !later.Equal(wall) {
		t.Errorf("%v, want %v", later, wall)
	}
}
