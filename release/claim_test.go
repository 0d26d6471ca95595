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

var bg = context.Background()

func claim(w *releasetest.World, link release.LinkID, who string) (release.ClaimResult, error) {
	return w.Claim(bg, release.ClaimInput{Link: link, Candidate: releasetest.Browser(who)})
}

func must[T any](t testing.TB) func(T, error) T { t.Helper(); return releasetest.Must[T](t) }

func wantKind(t testing.TB, err error, kind release.Kind) {
	t.Helper()
	if got := release.KindOf(err); got != kind {
		t.Fatalf("got %q (%v), want %q", got, err, kind)
	}
}

// C2: an answer that was lost is asked for again and is the same claim.
func TestClaimAgainIsTheSameClaim(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign()
	link := w.Seed(c.ID, "Ana")
	first := must[release.ClaimResult](t)(claim(w, link.ID, "ana"))
	again := must[release.ClaimResult](t)(claim(w, link.ID, "ana"))
	if first.Viewer.ID != again.Viewer.ID || !again.Already || again.Met || first.Already {
		t.Fatalf("first %+v, again %+v", first, again)
	}
	if l, _, _ := w.Link(bg, link.ID); l.Claimed != 1 || l.Copies != 0 || l.First != first.Viewer.ID {
		t.Fatalf("link %+v", l)
	}
}

func TestSecondBrowserIsACopyBelowTheClaimer(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign(func(c *release.Campaign) { c.Copies = 2 })
	link := w.Seed(c.ID, "Ana")
	ana := must[release.ClaimResult](t)(claim(w, link.ID, "ana")).Viewer
	for i := range 2 {
		v := must[release.ClaimResult](t)(claim(w, link.ID, fmt.Sprint("copy", i))).Viewer
		if !v.Copied || v.Parent != ana.ID || v.Generation != 2 || v.Channel != release.Copy {
			t.Fatalf("copy %d: %+v", i, v)
		}
	}
	_, err := claim(w, link.ID, "late")
	wantKind(t, err, release.Taken)
}

func TestStrictCampaignTakesNoCopies(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign(func(c *release.Campaign) { c.Copies = 0 })
	link := w.Seed(c.ID, "Ana")
	must[release.ClaimResult](t)(claim(w, link.ID, "ana"))
	_, err := claim(w, link.ID, "bo")
	wantKind(t, err, release.Taken)
}

// A seat without a sign of life is freed after half an hour, its viewer stays.
func TestForgedTapLosesItsSeat(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign(func(c *release.Campaign) { c.Copies = 0 })
	link := w.Seed(c.ID, "Ana")
	robot := must[release.ClaimResult](t)(claim(w, link.ID, "robot")).Viewer
	w.Clock.Add(release.SeatHold - time.Second)
	_, err := claim(w, link.ID, "ana")
	wantKind(t, err, release.Taken)
	w.Clock.Add(time.Second)
	ana := must[release.ClaimResult](t)(claim(w, link.ID, "ana")).Viewer
	if ana.Copied || ana.Generation != 1 {
		t.Fatalf("ana %+v", ana)
	}
	if _, _, err := w.Inside(bg, robot.ID); err != nil {
		t.Fatalf("the first lost access: %v", err)
	}
	if l, _, _ := w.Link(bg, link.ID); l.Claimed != 1 || l.First != ana.ID {
		t.Fatalf("link %+v", l)
	}
	w.Clock.Add(time.Hour)
	must[release.Progress](t)(w.Watch(bg, release.Beacon{Viewer: ana.ID, Asset: 1, Play: "a", Spans: []release.Span{{From: 0, To: 5}}}))
	_, err = claim(w, link.ID, "third")
	wantKind(t, err, release.Taken)
}

func TestAlreadyInGoesStraightInAndGivesTheShareBack(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign(func(c *release.Campaign) { c.Shares = 1 })
	p := w.Grow(c.ID, "ana bo")
	share := must[release.ShareResult](t)(w.Share(bg, release.ShareInput{Viewer: p["ana"].ID, Channel: release.SMS}))
	if share.Allowance.Left != 0 {
		t.Fatalf("left %d", share.Allowance.Left)
	}
	met := must[release.ClaimResult](t)(claim(w, share.Link.ID, "bo"))
	if !met.Met || met.Viewer.ID != p["bo"].ID {
		t.Fatalf("%+v", met)
	}
	link, _, _ := w.Link(bg, share.Link.ID)
	if link.Claimed != 0 || link.Returned.IsZero() {
		t.Fatalf("link %+v", link)
	}
	// The seat is still free: who takes it spends the share again.
	cy := must[release.ClaimResult](t)(claim(w, share.Link.ID, "cy"))
	if cy.Viewer.Parent != p["ana"].ID {
		t.Fatalf("cy %+v", cy.Viewer)
	}
	_, err := w.Share(bg, release.ShareInput{Viewer: p["ana"].ID, Channel: release.SMS})
	wantKind(t, err, release.Quota)
}

func TestCampaignStatesRefuseClaims(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign()
	link := w.Seed(c.ID, "Ana")
	must[release.Campaign](t)(w.Pause(bg, c.ID, true, false))
	_, err := claim(w, link.ID, "ana")
	wantKind(t, err, release.Paused)
	must[release.Campaign](t)(w.Pause(bg, c.ID, false, false))
	ana := must[release.ClaimResult](t)(claim(w, link.ID, "ana")).Viewer
	w.Clock.Add(release.DefaultFor)
	_, err = claim(w, link.ID, "bo")
	wantKind(t, err, release.Closed)
	if got := must[release.ClaimResult](t)(claim(w, link.ID, "ana")); got.Viewer.ID != ana.ID {
		t.Fatal("who was in before the close does not get back in")
	}
	must[release.Campaign](t)(w.ChangeCampaign(bg, c.ID, func(c *release.Campaign, now time.Time) error {
		c.Closes = now.Add(24 * time.Hour) // a day added works for links in people's chats
		return nil
	}))
	must[release.ClaimResult](t)(claim(w, link.ID, "bo"))
}

func TestPauseMayMoveTheClose(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign()
	end := c.End()
	must[release.Campaign](t)(w.Pause(bg, c.ID, true, false))
	w.Clock.Add(3 * time.Hour)
	if got := must[release.Campaign](t)(w.Pause(bg, c.ID, false, true)).End(); !got.Equal(end.Add(3 * time.Hour)) {
		t.Fatalf("closes %v, want %v", got, end.Add(3*time.Hour))
	}
}

func TestRevokedBranchIsShutAndComesBack(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign()
	p := w.Grow(c.ID, "ana(bo(cy)) di")
	share := must[release.ShareResult](t)(w.Share(bg, release.ShareInput{Viewer: p["cy"].ID, Channel: release.Copy})).Link
	must[release.Link](t)(w.RevokeLink(bg, p["bo"].Link, true))
	for _, name := range []string{"bo", "cy"} {
		_, _, err := w.Inside(bg, p[name].ID)
		wantKind(t, err, release.Revoked)
	}
	for _, name := range []string{"ana", "di"} {
		if _, _, err := w.Inside(bg, p[name].ID); err != nil {
			t.Fatal(name, err)
		}
	}
	_, err := claim(w, share.ID, "eva")
	wantKind(t, err, release.Revoked)
	_, err = w.Share(bg, release.ShareInput{Viewer: p["cy"].ID, Channel: release.Copy})
	wantKind(t, err, release.Revoked)
	must[release.Link](t)(w.RevokeLink(bg, p["bo"].Link, false))
	must[release.ClaimResult](t)(claim(w, share.ID, "eva"))
	if got := must[release.Campaign](t)(w.Service.Campaign(bg, c.ID)); got.Cuts != 0 {
		t.Fatalf("cuts %d", got.Cuts)
	}
}

// C1: the last seats of a link under many browsers at once: exactly as many
// winners as seats and copies, nobody else, no false "taken".
func TestManyBrowsersOneLink(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign(func(c *release.Campaign) { c.Copies = 2 })
	const seats, fans, links = 3, 32, 12
	for n := range links {
		link := must[[]release.Link](t)(w.Mint(bg, c.ID, []release.Order{{Kind: release.Seed, Seats: seats}}))[0]
		var wg sync.WaitGroup
		var mu sync.Mutex
		seated, copied, taken := map[release.ViewerID]bool{}, 0, 0
		for i := range fans {
			for range 2 { // everybody taps twice
				wg.Go(func() {
					got, err := claim(w, link.ID, fmt.Sprintf("%dx%d", n, i))
					mu.Lock()
					defer mu.Unlock()
					switch {
					case release.Is(err, release.Taken):
						taken++
					case err != nil:
						t.Error(err)
					case !seated[got.Viewer.ID]:
						seated[got.Viewer.ID] = true
						if got.Viewer.Copied {
							copied++
						}
					}
				})
			}
		}
		wg.Wait()
		if len(seated) != seats+2 || copied != 2 || taken != 2*(fans-seats-2) {
			t.Fatalf("link %d: %d viewers (%d copied), %d answers of taken", n, len(seated), copied, taken)
		}
	}
}

func TestTwoLinksInTwoTabsAreOneViewer(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign()
	var links []release.Link
	for i := range 8 {
		links = append(links, w.Seed(c.ID, fmt.Sprint("n", i)))
	}
	ids := make([]release.ViewerID, len(links))
	var wg sync.WaitGroup
	for i, l := range links {
		wg.Go(func() { ids[i] = must[release.ClaimResult](t)(claim(w, l.ID, "ana")).Viewer.ID })
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("two viewers for one browser: %v", ids)
		}
	}
}

func TestUnknownLinkAndBadCandidate(t *testing.T) {
	w := releasetest.New(t)
	_, err := claim(w, release.LinkIDOf(releasetest.Browser("nothing")), "ana")
	wantKind(t, err, release.NotFound)
	_, err = w.Claim(bg, release.ClaimInput{Link: "lnk_x", Candidate: "UPPER"})
	wantKind(t, err, release.Invalid)
}
