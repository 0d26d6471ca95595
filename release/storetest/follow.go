package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"passalong/release"
)

// follow: every follower sees every event once and in order, while writers
// write and some of their transactions fail.
func follow(t *testing.T, open Opener) {
	s := open(t, ticking())
	const writers, rounds, followers = 16, 30, 3
	const total = writers * rounds * 2
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var readers sync.WaitGroup
	for range followers {
		readers.Go(func() {
			seq := uint64(0)
			err := s.Follow(ctx, "cmp_a", 0, func(events []release.Event) error {
				if len(events) == 0 || len(events) > 4096 {
					t.Errorf("a batch of %d", len(events))
				}
				for _, e := range events {
					if e.Seq != seq+1 || e.Kind != release.Played {
						t.Errorf("event %+v behind %d", e, seq)
						return errNo
					}
					seq = e.Seq
				}
				if seq == total {
					return errDone
				}
				return nil
			})
			if !errors.Is(err, errDone) {
				t.Errorf("a follower ended at %d with %v", seq, err)
			}
		})
	}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for r := range rounds {
				update(t, s, func(tx release.Tx) error {
					for i := range 2 {
						e := release.Event{Kind: release.Played, Viewer: uint32(w), Value: uint32(r*2 + i), At: tx.Now()}
						if err := tx.Append("cmp_a", e); err != nil {
							return err
						}
					}
					return tx.Append("cmp_b", release.Event{Kind: release.Viewed, At: tx.Now()})
				})
				_ = s.Update(context.Background(), func(tx release.Tx) error {
					_ = tx.Append("cmp_a", release.Event{Kind: release.Erased, At: tx.Now()})
					return errNo
				})
			}
		})
	}
	wg.Wait()
	readers.Wait()
}

var errDone = errors.New("done")

// followFrom: it starts behind the sequence given, in batches, and tells what
// comes later within 100 ms of its commit.
func followFrom(t *testing.T, open Opener) {
	s := open(t, ticking())
	const there = 10_000
	update(t, s, func(tx release.Tx) error {
		for range there {
			if err := tx.Append("cmp_a", release.Event{Kind: release.Viewed, At: tx.Now()}); err != nil {
				return err
			}
		}
		return nil
	})
	for _, after := range []uint64{0, 1, 4096, there - 1, there} {
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			next, arrived, caught := after+1, make(chan time.Time, 1), make(chan struct{})
			if after == there {
				close(caught)
			}
			done := make(chan error, 1)
			var base uint64
			view(t, s, func(tx release.Tx) error {
				return tx.Events("cmp_a", there, func(e release.Event) bool { base = e.Seq; return true })
			})
			base = max(base, there)
			go func() {
				done <- s.Follow(ctx, "cmp_a", after, func(events []release.Event) error {
					for _, e := range events {
						if e.Seq != next {
							t.Errorf("event %d, want %d", e.Seq, next)
						}
						next = e.Seq + 1
						if e.Seq == base && after < there {
							close(caught)
						}
						if e.Seq > base {
							arrived <- time.Now()
							return errDone
						}
					}
					return nil
				})
			}()
			select {
			case <-caught:
			case <-ctx.Done():
				t.Fatal("the events that are there never came")
			}
			time.Sleep(5 * time.Millisecond)
			update(t, s, func(tx release.Tx) error {
				return tx.Append("cmp_a", release.Event{Kind: release.Viewed, At: tx.Now()})
			})
			committed := time.Now()
			if err := <-done; !errors.Is(err, errDone) {
				t.Fatal(err)
			}
			if late := (<-arrived).Sub(committed); late > 100*time.Millisecond {
				t.Errorf("%v behind the commit", late)
			}
		})
	}
}

// followEnds: with its context, and with fn's error as it is.
func followEnds(t *testing.T, open Opener) {
	s := open(t, ticking())
	fill(t, s)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Follow(ctx, "cmp_none", 0, func([]release.Event) error { return nil }) }()
	time.Sleep(2 * time.Millisecond)
	cancel()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("Follow outlives its context")
	}
	if err := s.Follow(context.Background(), "cmp_a", 0, func([]release.Event) error { return errNo }); !errors.Is(err, errNo) {
		t.Errorf("fn's error: %v", err)
	}
}

// wipe: nothing of the campaign stays, nothing of another goes.
func wipe(t *testing.T, open Opener) {
	s := open(t, ticking())
	fill(t, s)
	const rows = 1500
	update(t, s, func(tx release.Tx) error {
		for i := uint32(1); i <= rows; i++ {
			id := fmt.Sprintf("b%d", i)
			if err := tx.PutLink(fullLink(release.LinkID("lnk_"+id), "cmp_b", i)); err != nil {
				return err
			}
			if err := tx.PutViewer(fullViewer(release.ViewerID("vwr_"+id), "cmp_b", i)); err != nil {
				return err
			}
			if err := tx.PutProgress(fullProgress(release.ViewerID("vwr_"+id), "cmp_b")); err != nil {
				return err
			}
			if err := tx.PutSighting(fullSighting("cmp_b", release.LinkID("lnk_"+id), "browser")); err != nil {
				return err
			}
			if err := tx.Append("cmp_b", fullEvent()); err != nil {
				return err
			}
		}
		if err := tx.PutAsset(fullAsset("ast_b", "cmp_b", 1)); err != nil {
			return err
		}
		return tx.PutCampaign(fullCampaign("cmp_b"))
	})
	for i := 0; ; i++ {
		var more bool
		update(t, s, func(tx release.Tx) (err error) { more, err = tx.Wipe("cmp_b"); return err })
		clean(t, s) // half wiped is still whole
		if !more {
			break
		}
		if i > 1000 {
			t.Fatal("Wipe never ends")
		}
	}
	view(t, s, func(tx release.Tx) error {
		d := dump(t, tx, []release.CampaignID{"cmp_b"}, nil)
		same(t, "left", d, dumped{})
		for _, err := range []error{fault(tx.Link("lnk_b7")), fault(tx.Viewer("vwr_b7")), fault(tx.Progress("vwr_b7")),
			fault(tx.Asset("ast_b")), fault(tx.ViewerByCandidate("cmp_b", "cand-vwr_b7"))} {
			if !release.Is(err, release.NotFound) {
				t.Errorf("after a wipe: %v", err)
			}
		}
		l, err := tx.LinksOf("vwr_sharer_cmp_a")
		same(t, "links of the other campaign", len(must(t, l, err)), 1)
		rest := dump(t, tx, []release.CampaignID{"cmp_a"}, []string{"kind"})
		if len(rest.Campaigns) != 1 || len(rest.Links) != 1 || len(rest.Viewers) != 1 || len(rest.Events) != 1 ||
			len(rest.Progress) != 1 || len(rest.Sightings) != 1 || len(rest.Assets) != 1 || len(rest.Blobs) != 1 {
			t.Errorf("the other campaign lost something: %+v", rest)
		}
		return nil
	})
}
