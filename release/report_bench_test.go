package release_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"passalong/release"
	"passalong/release/boltdb"
)

// million writes the log of a campaign of n viewers with four events each into
// a file, without their rows, which a report reads of its best sharers only.
func million(b *testing.B, n int) (*boltdb.Store, release.CampaignID) {
	b.Helper()
	at := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	store, err := boltdb.Open(filepath.Join(b.TempDir(), "passalong.db"), boltdb.Options{NoSync: true, Now: func() time.Time { return at }})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	ctx, id := context.Background(), release.CampaignID("cmp_000000000000000000bench")
	write := func(fn func(tx release.Tx) error) {
		if err := store.Update(ctx, fn); err != nil {
			b.Fatal(err)
		}
	}
	write(func(tx release.Tx) error {
		c := release.NewCampaign("A million")
		c.ID, c.Opens = id, at
		return tx.PutCampaign(c)
	})
	write(func(tx release.Tx) error {
		return tx.Append(id, release.Event{At: at, Kind: release.Minted, Link: 1, Value: 1})
	})
	for from := 1; from <= n; from += 20_000 {
		write(func(tx release.Tx) error {
			for i := from; i < min(from+20_000, n+1); i++ {
				no, parent := uint32(i), uint32(i/3)
				when := at.Add(time.Duration(i) * 345 * time.Millisecond)
				all := []release.Event{
					{Kind: release.Shared, Viewer: parent, Link: no, Value: 1, Channel: release.SMS},
					{Kind: release.Claimed, Viewer: no, Parent: parent, Link: no, Channel: release.SMS},
					{Kind: release.Viewed, Viewer: no, Asset: 1},
					{Kind: release.Quarter, Viewer: no, Asset: 1, Value: 25},
				}
				if parent == 0 {
					all[0] = release.Event{Kind: release.Minted, Link: no + uint32(n), Value: 1}
				}
				for _, e := range all {
					e.At = when
					if err := tx.Append(id, e); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	return store, id
}

// What a start costs: a new service folds the whole file and answers. The
// ratio is to reading the same events and doing nothing with them.
func BenchmarkRebuildFromFile(b *testing.B) {
	const n = 1_000_000
	store, id := million(b, n)
	ctx := context.Background()
	var bare time.Duration
	b.ResetTimer()
	for b.Loop() {
		b.StopTimer()
		begun := time.Now()
		err := store.View(ctx, func(tx release.Tx) error {
			return tx.Events(id, 0, func(release.Event) bool { return true })
		})
		bare += time.Since(begun)
		b.StartTimer()
		s := release.New(release.Options{Store: store})
		r, err2 := s.Report(ctx, id)
		if err != nil || err2 != nil || r.Reach != n {
			b.Fatal(err, err2, r.Reach)
		}
		b.StopTimer()
		s.Close()
		b.StartTimer()
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/rebuild")
	b.ReportMetric(b.Elapsed().Seconds()/bare.Seconds(), "of-reading-only")
}

// A read through the service, between commits, at two sizes.
func BenchmarkReportThroughTheService(b *testing.B) {
	var base float64
	for _, n := range []int{1_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			store, id := million(b, n)
			s := release.New(release.Options{Store: store})
			defer s.Close()
			ctx := context.Background()
			if _, err := s.Report(ctx, id); err != nil {
				b.Fatal(err)
			}
			no, worst := uint32(n), time.Duration(0)
			b.ResetTimer()
			for b.Loop() {
				b.StopTimer()
				no++
				err := store.Update(ctx, func(tx release.Tx) error {
					return tx.Append(id, release.Event{At: tx.Now(), Kind: release.Claimed, Viewer: no, Parent: 1, Link: no})
				})
				b.StartTimer()
				begun := time.Now()
				r, err2 := s.Report(ctx, id)
				if err != nil || err2 != nil || r.Reach != int(no) {
					b.Fatal(err, err2, r.Reach, no)
				}
				worst = max(worst, time.Since(begun))
			}
			each := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
			if n == 1_000 {
				base = each
			}
			b.ReportMetric(each/1e6, "ms/read")
			b.ReportMetric(float64(worst.Microseconds())/1e3, "ms-worst")
			b.ReportMetric(each/base, "of-1000-viewers")
		})
	}
}
