package release_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"passalong/release"
	"passalong/release/releasetest"
)

func TestSubscribersHearOfACommit(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign()
	ctx, cancel := context.WithCancel(context.Background())
	moved := w.Subscribe(ctx, c.ID)
	read(t, w, c.ID)
	for i := range 5 {
		w.Grow(c.ID, fmt.Sprintf("fan%d", i))
		want, late := read(t, w, c.ID).Seq, time.After(time.Second) // 250 ms promised, on a busy machine
		for seq := uint64(0); seq < want; {
			select {
			case seq = <-moved:
			case <-late:
				t.Fatalf("claim %d: nobody was told", i)
			}
		}
	}
	cancel()
	for range moved { // ends because it is closed
	}
}

// A reader that never takes its numbers holds nobody up.
func TestASlowSubscriberFindsTheNewestNumber(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign()
	moved := w.Subscribe(t.Context(), c.ID)
	w.Grow(c.ID, "a b c d e f g h")
	want := read(t, w, c.ID).Seq
	deadline := time.Now().Add(2 * time.Second)
	for seq := uint64(0); seq < want; {
		if time.Now().After(deadline) {
			t.Fatalf("told %d, want %d", seq, want)
		}
		time.Sleep(20 * time.Millisecond)
		select {
		case seq = <-moved:
		default:
		}
	}
}

func TestANewServiceFoldsTheSameReport(t *testing.T) {
	w := releasetest.New(t)
	ctx := context.Background()
	c := w.Campaign()
	read(t, w, c.ID) // so that this one folds as it goes
	all := w.Grow(c.ID, "ana(bo(cy) di) eve")
	play(t, w, all["bo"], "a")
	link, _, err := w.Link(ctx, all["cy"].Link)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.Sight(link, release.SightBlocked, "browser", w.Clock.Now())
		if err := w.FlushSightings(); err != nil {
			t.Fatal(err)
		}
	}
	other := release.New(release.Options{Store: w.Bolt})
	defer other.Close()
	if err := other.Warm(ctx); err != nil {
		t.Fatal(err)
	}
	a, b := read(t, w, c.ID), releasetest.Must[release.Report](t)(other.Report(ctx, c.ID))
	if a.Blocked.Times != 3 || document(t, a) != document(t, b) {
		t.Errorf("folded as it went:\n%s\nfolded at a start:\n%s", document(t, a), document(t, b))
	}
}

func TestReadersAndFansAtTheSameTime(t *testing.T) {
	w := releasetest.New(t)
	ctx := context.Background()
	c := w.Campaign()
	var fans, readers sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		readers.Go(func() {
			for last := 0; ; {
				select {
				case <-stop:
					return
				default:
				}
				r, err := w.Report(ctx, c.ID)
				if err != nil || r.Reach < last {
					t.Errorf("reach %d after %d, %v", r.Reach, last, err)
					return
				}
				last = r.Reach
				if _, err := w.Forest(ctx, c.ID, release.ForestQuery{Limit: 10}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	links := releasetest.Must[[]release.Link](t)(w.Mint(ctx, c.ID, make([]release.Order, 64)))
	for i, link := range links {
		fans.Go(func() {
			if _, err := w.Claim(ctx, release.ClaimInput{Link: link.ID, Candidate: releasetest.Browser(fmt.Sprintf("fan%d", i))}); err != nil {
				t.Error(err)
			}
			w.Sight(link, release.SightOpen, "browser", w.Clock.Now())
		})
	}
	fans.Wait()
	close(stop)
	readers.Wait()
	if r := read(t, w, c.ID); r.Reach != len(links) {
		t.Errorf("reach %d", r.Reach)
	}
	verify(t, w, c.ID)
}
