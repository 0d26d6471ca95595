// Package releasetest gives tests a service on a temporary bbolt file with a
// clock they hold, and forests grown from a line of text. It is imported from
// _test files only and decides nothing.
package releasetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"passalong/release"
	"passalong/release/boltdb"
)

// Start is where a test's clock begins.
var Start = time.Date(2026, 3, 3, 17, 0, 0, 0, time.UTC)

// Clock is a clock that moves only when told to.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now gives the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the clock.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// World is a service on a temporary folder.
type World struct {
	*release.Service
	T     testing.TB
	Clock *Clock
	Dir   string
	Bolt  *boltdb.Store
	ids   *rand.ChaCha8
	mu    sync.Mutex
}

// New makes a World that ends with the test.
func New(t testing.TB) *World {
	t.Helper()
	w := &World{T: t, Clock: &Clock{now: Start}, Dir: t.TempDir(), ids: rand.NewChaCha8([32]byte{1})}
	var err error
	w.Bolt, err = boltdb.Open(filepath.Join(w.Dir, "passalong.db"), boltdb.Options{Now: w.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	w.Service = release.New(release.Options{Store: w.Bolt, Rand: w, Kid: func() string { return "1" }})
	t.Cleanup(func() {
		if err := w.Service.Close(); err != nil {
			t.Error(err)
		}
		if err := w.Bolt.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// Read makes World a random source that is the same in every run.
func (w *World) Read(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ids.Read(p)
}

// Must fails the test on an error.
func Must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// Campaign makes an open campaign with one 60-second clip and a paper of four
// pages; edit may change it before.
func (w *World) Campaign(edit ...func(*release.Campaign)) release.Campaign {
	w.T.Helper()
	ctx := context.Background()
	c := release.NewCampaign("Social Club")
	c.By = "Oxmo Puccino"
	for _, e := range edit {
		e(&c)
	}
	c = Must[release.Campaign](w.T)(w.CreateCampaign(ctx, c))
	for _, a := range []release.Asset{
		{Campaign: c.ID, Kind: release.Video, Name: "clip.mp4", MIME: "video/mp4", Duration: 60, Bytes: 6_000_000, Width: 960, Height: 540},
		{Campaign: c.ID, Kind: release.PDF, Name: "paper.pdf", MIME: "application/pdf", Pages: 4, Bytes: 200_000},
	} {
		Must[release.Asset](w.T)(w.AddAsset(ctx, a))
	}
	return Must[release.Campaign](w.T)(w.Release(ctx, c.ID, time.Time{}))
}

// Browser gives the candidate of a browser by a name of the test's own.
func Browser(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if r < 128 && (unicode.IsDigit(r) || unicode.IsLetter(r)) {
			b.WriteRune(r)
		}
	}
	return fmt.Sprintf("%022s", b.String())[:22]
}

// Seed mints one seed for a name.
func (w *World) Seed(c release.CampaignID, name string) release.Link {
	w.T.Helper()
	links := Must[[]release.Link](w.T)(w.Mint(context.Background(), c, []release.Order{{Recipient: release.Recipient{Name: name}}}))
	return links[0]
}

// Grow lets people live a forest: "ana(bo(cy) di) eva" gives seeds to ana and
// eva; ana passes on to bo and di, bo to cy. Each claims in a browser of their
// name, one second apart. It returns the viewers by name.
func (w *World) Grow(c release.CampaignID, forest string) map[string]release.Viewer {
	w.T.Helper()
	ctx := context.Background()
	out := map[string]release.Viewer{}
	var above []string
	name := strings.Builder{}
	last := ""
	claim := func() {
		if name.Len() == 0 {
			return
		}
		last = name.String()
		name.Reset()
		var link release.Link
		if len(above) == 0 {
			link = w.Seed(c, last)
		} else {
			parent := out[above[len(above)-1]]
			link = Must[release.ShareResult](w.T)(w.Share(ctx, release.ShareInput{Viewer: parent.ID, Channel: release.WhatsApp})).Link
		}
		w.Clock.Add(time.Second)
		got := Must[release.ClaimResult](w.T)(w.Claim(ctx, release.ClaimInput{Link: link.ID, Candidate: Browser(last)}))
		out[last] = got.Viewer
	}
	for _, r := range forest {
		switch r {
		case '(':
			claim()
			above = append(above, last)
		case ')':
			claim()
			last, above = above[len(above)-1], above[:len(above)-1]
		case ' ':
			claim()
		default:
			name.WriteRune(r)
		}
	}
	claim()
	return out
}
