package boltdb

import (
	"context"
	"io"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"passalong/release"
)

// opened gives a store in a folder of the test's own.
func openTest(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "passalong.db"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestReopenKeepsRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "passalong.db")
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	opens := time.Date(2026, 3, 1, 12, 0, 0, 123000, time.UTC)
	err = s.Update(ctx, func(tx release.Tx) error {
		if err := tx.PutCampaign(release.Campaign{ID: "cmp_a", Title: "Été", Opens: opens, For: time.Hour}); err != nil {
			return err
		}
		no, err := tx.NextLink("cmp_a")
		if err != nil {
			return err
		}
		if err := tx.Append("cmp_a", release.Event{Kind: release.Minted, Link: no, At: tx.Now()}); err != nil {
			return err
		}
		return tx.PutLink(release.Link{ID: "lnk_a", Campaign: "cmp_a", No: no, Kind: release.Seed, Seats: 1})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err = Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.View(ctx, func(tx release.Tx) error {
		c, err := tx.Campaign("cmp_a")
		if err != nil || c.Title != "Été" || !c.Opens.Equal(opens) {
			t.Errorf("campaign %+v, %v", c, err)
		}
		l, err := tx.LinkByNo("cmp_a", 1)
		if err != nil || l.ID != "lnk_a" {
			t.Errorf("link %+v, %v", l, err)
		}
		n := 0
		err = tx.Events("cmp_a", 0, func(e release.Event) bool { n++; return e.Seq == 1 })
		if err != nil || n != 1 {
			t.Errorf("%d events, %v", n, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFollowStopsAtTheDisk: bbolt shows a transaction before its last fsync; a
// follower is not told of it before.
func TestFollowStopsAtTheDisk(t *testing.T) {
	s := openTest(t, Options{})
	err := s.Update(context.Background(), func(tx release.Tx) error {
		for range 3 {
			if err := tx.Append("cmp_a", release.Event{Kind: release.Viewed}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.follow.at("cmp_a").upTo = 2 // as it is while the third is being written
	batch, err := s.batch("cmp_a", 0, nil)
	if err != nil || len(batch) != 2 {
		t.Errorf("%d events, %v", len(batch), err)
	}
}

// TestGoexit: an fn that ends its goroutine, as testing's FailNow does, is
// answered, and the store goes on.
func TestGoexit(t *testing.T) {
	s := openTest(t, Options{})
	for range 3 {
		err := s.Update(context.Background(), func(tx release.Tx) error {
			_ = tx.PutBlob("k", "gone", nil)
			runtime.Goexit()
			return nil
		})
		if !release.Is(err, release.Internal) {
			t.Errorf("answered %v", err)
		}
		if err := s.Update(context.Background(), func(tx release.Tx) error { return tx.PutBlob("k", "k", nil) }); err != nil {
			t.Error(err)
		}
	}
	err := s.View(context.Background(), func(tx release.Tx) error { _, err := tx.Blob("k", "gone"); return err })
	if !release.Is(err, release.NotFound) {
		t.Errorf("half of it stayed: %v", err)
	}
}

// TestClosed: a closed store says so, everywhere and twice.
func TestClosed(t *testing.T) {
	s := openTest(t, Options{})
	ctx := context.Background()
	followed := make(chan error, 1)
	go func() { followed <- s.Follow(ctx, "cmp_a", 0, func([]release.Event) error { return nil }) }()
	time.Sleep(time.Millisecond)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"update": s.Update(ctx, func(release.Tx) error { return nil }),
		"view":   s.View(ctx, func(release.Tx) error { return nil }),
		"follow": <-followed,
		"backup": s.Backup(ctx, io.Discard),
		"check":  s.Check(ctx, func(string) {}),
	} {
		if keyOf(err) != "store.closed" {
			t.Errorf("%s of a closed store: %v", what, err)
		}
	}
}
