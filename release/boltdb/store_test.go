package boltdb

import (
	"context"
	"path/filepath"
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
