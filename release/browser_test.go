package release_test

import (
	"context"
	"testing"
	"time"

	"passalong/release"
	"passalong/release/releasetest"
)

// "It's me, in another app": the same viewer, at most two such browsers in 48
// hours, and none of them may share.
func TestAddBrowser(t *testing.T) {
	w := releasetest.New(t)
	ctx := context.Background()
	c := w.Campaign()
	ana := w.Grow(c.ID, "ana bo")["ana"]
	add := func(name, how string) (release.Viewer, error) {
		return w.AddBrowser(ctx, ana.ID, releasetest.Browser(name), how)
	}
	for _, name := range []string{"ana2", "ana3", "ana2"} {
		if _, err := add(name, release.HowAsked); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if _, err := add("ana4", release.HowAsked); !release.Is(err, release.TooMany) {
		t.Errorf("a third browser: %v", err)
	}
	if _, err := add("bo", release.HowAsked); !release.Is(err, release.Conflict) {
		t.Errorf("somebody else's browser: %v", err)
	}
	if _, err := add("ana", release.HowAsked); err != nil {
		t.Errorf("the first browser again: %v", err)
	}
	v, err := add("ana5", release.HowHandOver)
	if err != nil || len(v.Browsers) != 3 {
		t.Fatalf("a hand-over: %v, %d browsers", err, len(v.Browsers))
	}
	for name, full := range map[string]bool{"ana": true, "ana2": false, "ana5": true, "bo": false} {
		if got := v.Full(releasetest.Browser(name)); got != full {
			t.Errorf("%s full: %v, want %v", name, got, full)
		}
	}
	back, err := w.Claim(ctx, release.ClaimInput{Link: ana.Link, Candidate: releasetest.Browser("ana2")})
	if err != nil || !back.Already || back.Viewer.ID != ana.ID {
		t.Errorf("a further browser claiming: %+v, %v", back, err)
	}
	w.Clock.Add(release.BrowserWindow)
	if _, err := w.CloseCampaign(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := add("ana6", release.HowAsked); !release.Is(err, release.Closed) {
		t.Errorf("after the close: %v", err)
	}
}

// The window slides: what came in 48 hours ago counts no more.
func TestAddBrowserWindow(t *testing.T) {
	w := releasetest.New(t)
	ctx := context.Background()
	ana := w.Grow(w.Campaign().ID, "ana")["ana"]
	for i, name := range []string{"b1", "b2", "b3"} {
		if i == 2 {
			w.Clock.Add(release.BrowserWindow)
		}
		if _, err := w.AddBrowser(ctx, ana.ID, releasetest.Browser(name), release.HowAsked); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		w.Clock.Add(time.Minute)
	}
}
