package release_test

import (
	"testing"
	"time"

	"passalong/release"
	"passalong/release/releasetest"
)

func share(w *releasetest.World, v release.ViewerID, link release.LinkID) (release.ShareResult, error) {
	return w.Share(bg, release.ShareInput{Viewer: v, Link: link, Channel: release.WhatsApp})
}

func TestShareSpendsAtTheTapAndOnce(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign(func(c *release.Campaign) { c.Shares = 2 })
	ana := w.Grow(c.ID, "ana")["ana"]
	if len(ana.Reserved) == 0 {
		t.Fatal("no link was prepared by the claim")
	}
	one := must[release.ShareResult](t)(share(w, ana.ID, ana.Reserved[0]))
	again := must[release.ShareResult](t)(share(w, ana.ID, ana.Reserved[0]))
	if one.Allowance.Left != 1 || again.Allowance.Left != 1 || !again.Already || one.Link.ID != again.Link.ID {
		t.Fatalf("one %+v, again %+v", one.Allowance, again.Allowance)
	}
	must[release.ShareResult](t)(share(w, ana.ID, ""))
	_, err := share(w, ana.ID, "")
	wantKind(t, err, release.Quota)
	if links := must[[]release.Link](t)(w.HandedOut(bg, ana.ID)); len(links) != 2 {
		t.Fatalf("%d links handed out", len(links))
	}
	must[release.Campaign](t)(w.ChangeCampaign(bg, c.ID, func(c *release.Campaign, _ time.Time) error { c.Shares = 3; return nil }))
	must[release.ShareResult](t)(share(w, ana.ID, ""))
}

// The tap's POST was lost, the friend came: it is a Share by "other".
func TestLostTapIsFoundByItsClaim(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign(func(c *release.Campaign) { c.Shares = 1 })
	ana := w.Grow(c.ID, "ana")["ana"]
	bo := must[release.ClaimResult](t)(claim(w, ana.Reserved[1], "bo")).Viewer
	if bo.Parent != ana.ID || bo.Generation != 2 || bo.Channel != release.Other {
		t.Fatalf("bo %+v", bo)
	}
	_, err := share(w, ana.ID, "")
	wantKind(t, err, release.Quota)
	// The other prepared link is in somebody's chat too: never taken away.
	must[release.ClaimResult](t)(claim(w, ana.Reserved[0], "cy"))
}

func TestNobodySharesWithAnothersLink(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign()
	p := w.Grow(c.ID, "ana bo")
	_, err := share(w, p["bo"].ID, p["ana"].Reserved[0])
	wantKind(t, err, release.Forbidden)
	_, err = share(w, p["bo"].ID, p["ana"].Link)
	wantKind(t, err, release.Forbidden)
	_, err = w.TakeBack(bg, p["bo"].ID, p["ana"].Reserved[0])
	wantKind(t, err, release.Forbidden)
}

func TestLastGenerationDoesNotPassOn(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign(func(c *release.Campaign) { c.Generations = 2 })
	p := w.Grow(c.ID, "ana(bo)")
	if len(p["bo"].Reserved) != 0 {
		t.Fatal("links were prepared that nobody may hand out")
	}
	_, err := share(w, p["bo"].ID, "")
	wantKind(t, err, release.TooDeep)
}

func TestCopiedViewerSharesFromTheParentsQuota(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign(func(c *release.Campaign) { c.Shares = 2 })
	ana := w.Grow(c.ID, "ana")["ana"]
	copied := must[release.ClaimResult](t)(claim(w, ana.Link, "copy")).Viewer
	if got := must[release.ShareResult](t)(share(w, copied.ID, "")); got.Allowance.Left != 1 || got.Link.Sharer != copied.ID {
		t.Fatalf("%+v", got)
	}
	must[release.ShareResult](t)(share(w, ana.ID, ""))
	_, err := share(w, copied.ID, "")
	wantKind(t, err, release.Quota)
}

func TestFewGroupAndTakingBack(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign(func(c *release.Campaign) { c.Shares = 4 })
	ana := w.Grow(c.ID, "ana")["ana"]
	few := must[release.ShareResult](t)(w.Share(bg, release.ShareInput{Viewer: ana.ID, Channel: release.WhatsApp, Seats: 3}))
	if few.Allowance.Left != 1 || few.Link.Seats != 3 {
		t.Fatalf("%+v", few)
	}
	_, err := w.Share(bg, release.ShareInput{Viewer: ana.ID, Channel: release.WhatsApp, Seats: 6})
	wantKind(t, err, release.Invalid)
	group := must[release.ShareResult](t)(w.Share(bg, release.ShareInput{Viewer: ana.ID, Channel: release.WhatsApp, Seats: 30, Group: true}))
	if group.Allowance.Left != 1 || group.Allowance.Group != 0 {
		t.Fatalf("%+v", group.Allowance)
	}
	_, err = w.Share(bg, release.ShareInput{Viewer: ana.ID, Seats: 2, Group: true})
	wantKind(t, err, release.Quota)
	back := must[release.ShareResult](t)(w.TakeBack(bg, ana.ID, few.Link.ID))
	if back.Allowance.Left != 4 {
		t.Fatalf("%+v", back.Allowance)
	}
	if twice := must[release.ShareResult](t)(w.TakeBack(bg, ana.ID, few.Link.ID)); twice.Allowance.Left != 4 || !twice.Already {
		t.Fatalf("%+v", twice)
	}
	_, err = claim(w, few.Link.ID, "bo")
	wantKind(t, err, release.Revoked)
	must[release.ClaimResult](t)(claim(w, group.Link.ID, "cy"))
	_, err = w.TakeBack(bg, ana.ID, group.Link.ID)
	wantKind(t, err, release.Conflict)
}

func TestSharingEndsWithTheCampaign(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign()
	ana := w.Grow(c.ID, "ana")["ana"]
	w.Clock.Add(release.DefaultFor)
	_, err := share(w, ana.ID, "")
	wantKind(t, err, release.Closed)
}
