package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"passalong/release"
)

var errNo = errors.New("no")

// allOrNothing: an fn that fails leaves no trace, also among others that
// share its commit, and its caller gets its very error.
func allOrNothing(t *testing.T, open Opener) {
	s := open(t, ticking())
	fill(t, s)
	const writers, rounds = 32, 20
	var good atomic.Int64
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for r := range rounds {
				key := fmt.Sprintf("%d-%d", w, r)
				bad := (w+r)%5 == 0
				err := s.Update(context.Background(), func(tx release.Tx) error {
					if err := tx.PutBlob("k", key, []byte(key)); err != nil {
						return err
					}
					if err := tx.Append("cmp_a", release.Event{Kind: release.Viewed, Viewer: uint32(w), At: tx.Now()}); err != nil {
						return err
					}
					c := fullCampaign("cmp_a")
					if bad {
						c.Title = "never"
					}
					if err := tx.PutCampaign(c); err != nil {
						return err
					}
					if bad {
						return errNo
					}
					return nil
				})
				switch {
				case bad && !errors.Is(err, errNo):
					t.Errorf("a failing fn answers %v", err)
				case !bad && err != nil:
					t.Errorf("a good fn answers %v", err)
				case !bad:
					good.Add(1)
				}
			}
		})
	}
	wg.Wait()
	view(t, s, func(tx release.Tx) error {
		n := 0
		if err := tx.Blobs("k", "", func(string, []byte) bool { n++; return true }); err != nil {
			return err
		}
		same(t, "blobs", int64(n), good.Load())
		seq := uint64(0)
		err := tx.Events("cmp_a", 0, func(e release.Event) bool { seq++; return e.Seq == seq })
		same(t, "events in order and without a hole", seq, uint64(good.Load())+1)
		c, _ := tx.Campaign("cmp_a")
		same(t, "campaign", c, fullCampaign("cmp_a"))
		return err
	})
	clean(t, s)
}

// panics: a mistake in one fn is its caller's Internal error; whoever shares
// its commit never hears of it.
func panics(t *testing.T, open Opener) {
	s := open(t, ticking())
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			for r := range 10 {
				key := fmt.Sprintf("%d-%d", w, r)
				bad := (w+r)%4 == 0
				err := s.Update(context.Background(), func(tx release.Tx) error {
					if bad && r%2 == 0 {
						panic("before writing")
					}
					if err := tx.PutBlob("k", key, nil); err != nil {
						return err
					}
					if bad {
						panic("after writing")
					}
					return nil
				})
				if bad != release.Is(err, release.Internal) || !bad && err != nil {
					t.Errorf("bad %v: %v", bad, err)
				}
			}
		})
	}
	wg.Wait()
	view(t, s, func(tx release.Tx) error {
		n := 0
		err := tx.Blobs("k", "", func(string, []byte) bool { n++; return true })
		same(t, "rows", n, 120)
		return err
	})
	clean(t, s)
}

// viewWrite: a write in a View is a programmer's mistake and panics.
func viewWrite(t *testing.T, open Opener) {
	s := open(t, ticking())
	fill(t, s)
	for name, write := range map[string]func(release.Tx) error{
		"campaign": func(tx release.Tx) error { return tx.PutCampaign(fullCampaign("cmp_a")) },
		"asset":    func(tx release.Tx) error { return tx.PutAsset(fullAsset("ast_a", "cmp_a", 1)) },
		"delete":   func(tx release.Tx) error { return tx.DeleteAsset("ast_a") },
		"number":   func(tx release.Tx) error { _, err := tx.NextLink("cmp_a"); return err },
		"link":     func(tx release.Tx) error { return tx.PutLink(fullLink("lnk_a", "cmp_a", 1)) },
		"viewer":   func(tx release.Tx) error { return tx.PutViewer(fullViewer("vwr_a", "cmp_a", 1)) },
		"progress": func(tx release.Tx) error { return tx.PutProgress(fullProgress("vwr_a", "cmp_a")) },
		"event":    func(tx release.Tx) error { return tx.Append("cmp_a", fullEvent()) },
		"sighting": func(tx release.Tx) error { return tx.PutSighting(fullSighting("cmp_a", "lnk_a", "x")) },
		"blob":     func(tx release.Tx) error { return tx.PutBlob("k", "k", nil) },
		"unblob":   func(tx release.Tx) error { return tx.DeleteBlob("k", "k") },
		"wipe":     func(tx release.Tx) error { _, err := tx.Wipe("cmp_a"); return err },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: a write in a View did not panic", name)
				}
			}()
			_ = s.View(context.Background(), write)
		}()
	}
	update(t, s, func(tx release.Tx) error { return tx.PutBlob("k", "after", nil) })
}

// cancelled: who gives up before it ran, did not run.
func cancelled(t *testing.T, open Opener) {
	s := open(t, ticking())
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	ran := false
	if err := s.Update(gone, func(release.Tx) error { ran = true; return nil }); !errors.Is(err, context.Canceled) || ran {
		t.Errorf("update: %v, ran %v", err, ran)
	}
	if err := s.View(gone, func(release.Tx) error { ran = true; return nil }); !errors.Is(err, context.Canceled) || ran {
		t.Errorf("view: %v, ran %v", err, ran)
	}
	// Under load every answer is true: written, or given up and not there.
	var wg sync.WaitGroup
	var mu sync.Mutex
	answers := map[string]error{}
	for w := range 32 {
		wg.Go(func() {
			for r := range 10 {
				ctx, stop := context.WithTimeout(context.Background(), time.Duration(w*r)*20*time.Microsecond)
				key := fmt.Sprintf("%d-%d", w, r)
				err := s.Update(ctx, func(tx release.Tx) error { return tx.PutBlob("k", key, nil) })
				stop()
				mu.Lock()
				answers[key] = err
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	view(t, s, func(tx release.Tx) error {
		for key, answer := range answers {
			_, err := tx.Blob("k", key)
			if answer == nil && err != nil {
				t.Errorf("%s was answered and is not there: %v", key, err)
			}
			if answer != nil && !errors.Is(answer, context.DeadlineExceeded) {
				t.Errorf("%s: %v", key, answer)
			}
		}
		return nil
	})
}

// isolation: a View sees one state from its first read to its last, and an
// Update sees what it wrote itself.
func isolation(t *testing.T, open Opener) {
	s := open(t, ticking())
	set := func(n byte) {
		update(t, s, func(tx release.Tx) error {
			for _, key := range []string{"a", "b"} {
				if err := tx.PutBlob("k", key, []byte{n}); err != nil {
					return err
				}
				if got, err := tx.Blob("k", key); err != nil || got[0] != n {
					t.Errorf("an Update does not see its own write: %v %v", got, err)
				}
			}
			return nil
		})
	}
	set(0)
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
				view(t, s, func(tx release.Tx) error {
					a := must(t, first(tx.Blob("k", "a")), nil)
					time.Sleep(time.Millisecond)
					b := must(t, first(tx.Blob("k", "b")), nil)
					if !bytes.Equal(a, b) {
						t.Errorf("a View saw %v and %v", a, b)
					}
					return nil
				})
			}
		})
	}
	for n := range byte(50) {
		set(n)
	}
	close(stop)
	wg.Wait()
	view(t, s, func(tx release.Tx) error { // read your writes
		b, err := tx.Blob("k", "a")
		same(t, "last", must(t, b, err), []byte{49})
		return nil
	})
}

func first[T any](v T, _ error) T { return v }

// clock: UTC, whole microseconds, still inside one fn, never backwards.
func clock(t *testing.T, open Opener) {
	var mu sync.Mutex
	wall := start.Add(777 * time.Nanosecond).In(time.FixedZone("x", 3600))
	set := func(d time.Duration) { mu.Lock(); wall = wall.Add(d); mu.Unlock() }
	s := open(t, func() time.Time { mu.Lock(); defer mu.Unlock(); return wall })
	var last time.Time
	read := func() time.Time {
		var now time.Time
		update(t, s, func(tx release.Tx) error {
			now = tx.Now()
			if now.Location() != time.UTC || now.Nanosecond()%1000 != 0 {
				t.Errorf("now is %v", now)
			}
			set(time.Millisecond)
			if !tx.Now().Equal(now) {
				t.Errorf("time moved inside an fn")
			}
			return tx.PutBlob("k", "k", nil)
		})
		if now.Before(last) {
			t.Errorf("time ran backwards: %v after %v", now, last)
		}
		last = now
		view(t, s, func(tx release.Tx) error {
			if tx.Now().Before(last) {
				t.Errorf("a View's time is before an Update's")
			}
			return nil
		})
		return now
	}
	a := read()
	set(-time.Hour)
	read()
	set(2 * time.Hour)
	if b := read(); b.Sub(a) < 59*time.Minute {
		t.Errorf("the clock does not follow: %v", b.Sub(a))
	}
}

// numbers: however many ask at once and however many fail, no number twice.
func numbers(t *testing.T, open Opener) {
	s := open(t, ticking())
	var mu sync.Mutex
	links, viewers := map[uint32]bool{}, map[uint32]bool{}
	var wg sync.WaitGroup
	for w := range 32 {
		wg.Go(func() {
			for r := range 20 {
				var l, v uint32
				err := s.Update(context.Background(), func(tx release.Tx) error {
					var err error
					if l, err = tx.NextLink("cmp_a"); err != nil {
						return err
					}
					if v, err = tx.NextViewer("cmp_a"); err != nil {
						return err
					}
					if r%7 == 3 {
						return errNo // a gap, maybe
					}
					if r%7 == 4 {
						_ = tx.PutBlob("k", "k", nil)
						return errNo
					}
					return nil
				})
				if err != nil {
					if !errors.Is(err, errNo) {
						t.Error(err)
					}
					continue
				}
				mu.Lock()
				if l == 0 || v == 0 || links[l] || viewers[v] {
					t.Errorf("writer %d: link %d, viewer %d given again", w, l, v)
				}
				links[l], viewers[v] = true, true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	update(t, s, func(tx release.Tx) error {
		n, err := tx.NextLink("cmp_b")
		same(t, "another campaign's first number", must(t, n, err), uint32(1))
		return nil
	})
}

// lastSeat: 64 claims race for one seat; one wins, whichever.
func lastSeat(t *testing.T, open Opener) {
	s := open(t, ticking())
	const links, fans = 10, 64
	for n := range links {
		id := release.LinkID(fmt.Sprintf("lnk_%d", n))
		update(t, s, func(tx release.Tx) error {
			return tx.PutLink(release.Link{ID: id, Campaign: "cmp_a", No: uint32(n + 1), Seats: 1})
		})
		var won, lost atomic.Int64
		var wg sync.WaitGroup
		for f := range fans {
			wg.Go(func() {
				err := s.Update(context.Background(), func(tx release.Tx) error {
					l, err := tx.Link(id)
					if err != nil {
						return err
					}
					if l.Claimed >= l.Seats {
						return release.No(release.Taken, "link.taken")
					}
					no, err := tx.NextViewer("cmp_a")
					if err != nil {
						return err
					}
					l.Claimed++
					v := release.Viewer{ID: release.ViewerID(fmt.Sprintf("vwr_%d_%d", n, f)), Campaign: "cmp_a", No: no, Link: id,
						Candidate: fmt.Sprintf("c%d-%d", n, f)}
					if err := tx.PutViewer(v); err != nil {
						return err
					}
					if err := tx.Append("cmp_a", release.Event{Kind: release.Claimed, Viewer: no, At: tx.Now()}); err != nil {
						return err
					}
					return tx.PutLink(l)
				})
				switch {
				case err == nil:
					won.Add(1)
				case release.Is(err, release.Taken):
					lost.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		same(t, "winners", won.Load(), int64(1))
		same(t, "losers", lost.Load(), int64(fans-1))
		view(t, s, func(tx release.Tx) error {
			list, err := tx.ViewersBy(id)
			same(t, "viewers", len(must(t, list, err)), 1)
			return nil
		})
	}
	clean(t, s)
}

// backup: a copy can be made while others write.
func backup(t *testing.T, open Opener) {
	s := open(t, ticking())
	fill(t, s)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				update(t, s, func(tx release.Tx) error { return tx.PutBlob("k", fmt.Sprint(i), nil) })
			}
		}
	})
	var copied bytes.Buffer
	if err := s.Backup(context.Background(), &copied); err != nil {
		t.Error(err)
	}
	close(stop)
	wg.Wait()
	if copied.Len() == 0 {
		t.Error("the backup is empty")
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Backup(gone, &copied); err == nil {
		t.Error("a cancelled backup succeeds")
	}
}
