package player

import (
	"errors"
	"net/http"

	"passalong/release"
)

// howField is the answer to the question that a viewer's address asks in
// another browser.
const howField = "how"

// The answers.
const (
	howMe     = "me"     // the same viewer, one browser more
	howPassed = "passed" // a Copied viewer below them
)

// arrive answers a viewer's address: the player in their own browser, a
// question elsewhere. It signs nobody in by itself.
func (p *Player) arrive(w http.ResponseWriter, r *http.Request) error {
	in, err := p.viewer(r, r.PathValue("token"))
	if !errors.Is(err, errElsewhere) {
		if err != nil {
			return err
		}
		return p.watchPage(w, r, in)
	}
	c := in.Campaign
	if own, ok := p.already(r, c); ok {
		return p.goIn(w, r, own) // somebody else of the campaign: their own place
	}
	s, err := p.shown(r.Context(), c)
	if err != nil {
		return err
	}
	if p.Staff(r) {
		return p.staffPage(w, r, s)
	}
	state := c.State(p.Now())
	if in.Viewer.Test {
		state = release.StateOpen
	}
	d := p.stateHero(r, s, state, p.Now())
	if state == release.StateOpen {
		if err := p.offerCandidate(w, r, c); err != nil {
			return err
		}
		d.Line = d.T("player.elsewhere.text")
		d.Buttons = []button{
			{Name: howField, Value: howMe, Label: d.T("player.elsewhere.me")},
			{Name: howField, Value: howPassed, Label: d.T("player.elsewhere.passed"), Quiet: true},
		}
	}
	d.Card = p.cardOf(r, s, d.Words)
	return p.answerHero(w, http.StatusOK, d)
}

// join answers that question's buttons.
func (p *Player) join(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := p.Site.CheckPost(r); err != nil {
		return err
	}
	in, err := p.viewer(r, r.PathValue("token"))
	switch {
	case err == nil && in.Carried != "":
		p.become(w, r, surfaceWatch)
		return p.watchPage(w, r, in)
	case err == nil:
		return p.goIn(w, r, in)
	case !errors.Is(err, errElsewhere):
		return err
	}
	c := in.Campaign
	s, err := p.shown(r.Context(), c)
	if err != nil {
		return err
	}
	if p.Staff(r) {
		return p.staffPage(w, r, s)
	}
	if own, ok := p.already(r, c); ok {
		return p.goIn(w, r, own)
	}
	who, ok, err := p.tapped(w, r, c)
	if err != nil {
		return err
	}
	if !ok {
		return p.onceMore(w, r, s, who.browser)
	}
	if r.PostFormValue(howField) == howMe {
		v, err := p.Service.AddBrowser(r.Context(), in.Viewer.ID, who.browser, release.HowAsked)
		if err == nil {
			return p.welcome(w, r, v, c, who)
		}
		if !release.Is(err, release.TooMany) {
			return p.refused(w, r, s, err)
		}
		return p.tooManyBrowsers(w, r, s)
	}
	got, err := p.Service.Claim(r.Context(), release.ClaimInput{Link: in.Viewer.Link, Candidate: who.browser, Class: p.agents.of(r).Class})
	if err != nil {
		return p.refused(w, r, s, err)
	}
	return p.welcome(w, r, got.Viewer, got.Campaign, who)
}

// tooManyBrowsers leaves the other way open: nobody is locked out.
func (p *Player) tooManyBrowsers(w http.ResponseWriter, r *http.Request, s *shown) error {
	d := p.hero(r, s)
	d.Line = d.T("player.elsewhere.enough")
	d.Buttons = []button{{Name: howField, Value: howPassed, Label: d.T("player.elsewhere.passed")}}
	d.Switch = switchTo(r, d.Other)
	return p.answerHero(w, http.StatusConflict, d)
}
