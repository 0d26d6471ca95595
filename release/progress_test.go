package release_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"passalong/release"
	"passalong/release/releasetest"
)

func events(w *releasetest.World, c release.CampaignID, kind release.EventKind) int {
	n := 0
	_ = w.Store().View(bg, func(tx release.Tx) error {
		return tx.Events(c, 0, func(e release.Event) bool {
			if e.Kind == kind {
				n++
			}
			return true
		})
	})
	return n
}

func watch(t testing.TB, w *releasetest.World, v release.ViewerID, play string, spans ...release.Span) release.Progress {
	t.Helper()
	return must[release.Progress](t)(w.Watch(bg, release.Beacon{Viewer: v, Asset: 1, Play: play, Spans: spans}))
}

func TestOneViewThenPlays(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign()
	ana := w.Grow(c.ID, "ana")["ana"].ID
	w.Clock.Add(2 * time.Minute)
	watch(t, w, ana, "one", release.Span{From: 0, To: 2.5})
	if events(w, c.ID, release.Viewed) != 0 {
		t.Fatal("2.5 s are no view")
	}
	watch(t, w, ana, "one", release.Span{From: 0, To: 4})
	watch(t, w, ana, "one", release.Span{From: 0, To: 4})
	watch(t, w, ana, "two", release.Span{From: 0, To: 10})
	watch(t, w, ana, "two", release.Span{From: 0, To: 60})
	if v, p := events(w, c.ID, release.Viewed), events(w, c.ID, release.Played); v != 1 || p != 1 {
		t.Fatalf("%d views, %d plays", v, p)
	}
	if q := events(w, c.ID, release.Quarter); q != 4 {
		t.Fatalf("%d quarters", q)
	}
}

func TestPagesCount(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign()
	ana := w.Grow(c.ID, "ana")["ana"].ID
	w.Clock.Add(time.Minute)
	read := func(pages map[int]float64) release.Progress {
		return must[release.Progress](t)(w.Watch(bg, release.Beacon{Viewer: ana, Asset: 2, Play: "r", Pages: pages, Position: 2}))
	}
	read(map[int]float64{1: 1.5, 99: 50, 0: 3})
	if events(w, c.ID, release.Viewed) != 0 {
		t.Fatal("1.5 s are no view of a page")
	}
	p := read(map[int]float64{1: 5, 2: 3})
	if events(w, c.ID, release.Viewed) != 1 || events(w, c.ID, release.Quarter) != 2 || p.Assets[0].Position != 2 {
		t.Fatalf("%+v", p)
	}
	p = read(map[int]float64{1: 500})
	if seen := p.Assets[0].Seen(); seen[1]+seen[2] > 65.01 {
		t.Fatalf("more page seconds than time went by: %v", seen)
	}
}

func TestInferredViewIsTheSameView(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign()
	ana := w.Grow(c.ID, "ana")["ana"].ID
	for range 3 {
		if err := w.Infer(bg, ana, 1); err != nil {
			t.Fatal(err)
		}
	}
	w.Clock.Add(time.Minute)
	watch(t, w, ana, "one", release.Span{From: 0, To: 10})
	if v, p := events(w, c.ID, release.Viewed), events(w, c.ID, release.Played); v != 1 || p != 0 {
		t.Fatalf("%d views, %d plays", v, p)
	}
	watch(t, w, ana, "two", release.Span{From: 0, To: 10})
	if p := events(w, c.ID, release.Played); p != 1 {
		t.Fatalf("%d plays", p)
	}
}

// A7: any order, repetition or replay of honest beacons gives the same
// coverage, and no forged ones more than twice the time since the claim.
func TestBeaconsAreIdempotentAndBounded(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign()
	span := rapid.Custom(func(t *rapid.T) release.Span {
		from := float64(rapid.IntRange(-50, 700).Draw(t, "from")) / 10
		return release.Span{From: from, To: from + float64(rapid.IntRange(-20, 300).Draw(t, "long"))/10}
	})
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		beacons := rapid.SliceOfN(rapid.SliceOfN(span, 0, 4), 1, 6).Draw(rt, "beacons")
		// What really ran, second tenth by second tenth.
		ran := [600]bool{}
		for _, b := range beacons {
			for _, s := range b {
				for i := max(0, int(math.Round(s.From*10))); i < min(600, int(math.Round(s.To*10))); i++ {
					ran[i] = true
				}
			}
		}
		want := 0.0
		for _, r := range ran {
			if r {
				want += 0.1
			}
		}
		twice := append(slices.Clone(beacons), beacons...)
		orders := [][][]release.Span{beacons, rapid.Permutation(twice).Draw(rt, "replayed")}
		for i, order := range orders {
			name := string(rune('a'+i)) + releasetest.Browser("x")[:3] + string(rune('a'+n%26)) + string(rune('a'+n/26%26)) + string(rune('a'+n/676%26))
			v := w.Grow(c.ID, name)[name].ID
			w.Clock.Add(5 * time.Minute)
			var p release.Progress
			for _, b := range order {
				p = watch(t, w, v, "p", b...)
			}
			if got := p.Assets[0].Covered(); math.Abs(got-want) > 0.01 {
				rt.Fatalf("order %d covered %.1f, want %.1f", i, got, want)
			}
		}
	})
	eva := w.Grow(c.ID, "evaforger")["evaforger"].ID
	w.Clock.Add(4 * time.Second)
	p := watch(t, w, eva, "p", release.Span{From: 0, To: 60})
	if got := p.Assets[0].Covered(); got > 13.01 || got < 12.9 {
		t.Fatalf("covered %.1f s 4 s after the claim", got)
	}
}

func TestBadBeaconsChangeNothing(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign()
	ana := w.Grow(c.ID, "ana")["ana"].ID
	for _, b := range []release.Beacon{
		{Viewer: ana, Asset: 1, Play: ""},
		{Viewer: ana, Asset: 1, Play: "UP"},
		{Viewer: ana, Asset: 1, Play: "a", Spans: make([]release.Span, 5000)},
	} {
		_, err := w.Watch(bg, b)
		wantKind(t, err, release.Invalid)
	}
	_, err := w.Watch(bg, release.Beacon{Viewer: ana, Asset: 9, Play: "a"})
	wantKind(t, err, release.NotFound)
	p := watch(t, w, ana, "a", release.Span{From: math.NaN(), To: 3}, release.Span{From: 1, To: math.Inf(1)}, release.Span{From: 5, To: 1})
	if len(p.Assets[0].Spans) > 1 {
		t.Fatalf("%+v", p.Assets[0])
	}
}
