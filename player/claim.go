package player

import (
	"io"
	"net/http"
	"strings"

	"passalong/release"
	"passalong/release/web"
	"passalong/tokens"
)

// candidateField carries the candidate through a form, for browsers that keep
// no cookies.
const candidateField = "candidate"

// maxForm bounds the body of a fan's form, in bytes.
const maxForm = 16 << 10

// claim answers the tap: it binds one seat of the link to this browser, once,
// and leads to the viewer's own address.
func (p *Player) claim(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := p.Site.CheckPost(r); err != nil {
		return err
	}
	link, c, err := p.linkOf(r)
	if err != nil {
		return err
	}
	s, err := p.shown(r.Context(), c)
	if err != nil {
		return err
	}
	if p.Staff(r) {
		return p.staffPage(w, r, s)
	}
	who, ok, err := p.tapped(w, r, c)
	if err != nil {
		return err
	}
	if !ok {
		return p.onceMore(w, r, s, who.browser)
	}
	got, err := p.Service.Claim(r.Context(), release.ClaimInput{Link: link.ID, Candidate: who.browser, Class: p.agents.of(r).Class})
	if err != nil {
		if k := release.KindOf(err); k == release.Taken || k == release.Closed {
			p.Service.Sight(link, release.SightBlocked, p.agents.of(r).Name, p.Now())
		}
		return p.refused(w, r, s, err)
	}
	if got.Met {
		p.Service.Sight(link, release.SightMet, p.agents.of(r).Name, p.Now())
	}
	return p.welcome(w, r, got.Viewer, got.Campaign, who)
}

// tap is which browser pressed a button, and whether it keeps cookies.
type tap struct {
	browser string
	carried bool
}

// tapped finds the browser behind a form: by its viewer cookie, its candidate
// cookie, or the candidate in the form. Without any, or from a fetcher known by
// name that did not press the second button, ok is false and browser is a
// candidate to ask once more with.
func (p *Player) tapped(w http.ResponseWriter, r *http.Request, c release.Campaign) (t tap, ok bool, err error) {
	if in, in2 := p.already(r, c); in2 {
		return tap{browser: in.Browser}, true, nil
	}
	cookie, kept := p.candidate(r, c.ID)
	field, again := p.verifyCandidate(c.ID)(r.PostFormValue(candidateField))
	switch {
	case kept && (again || !p.agents.of(r).Machine() || gesture(r)):
		return tap{browser: cookie}, true, nil
	case kept:
		return tap{browser: cookie}, false, nil
	case again:
		return tap{browser: field, carried: true}, true, nil
	}
	made, err := p.newCandidate(w, r, c.ID)
	return tap{browser: made}, false, err
}

// gesture tells that a headless browser says a person's tap sent the form. It
// is a browser without a window, not a fetcher with a name of its own: whoever
// drives one by hand or by a test taps once, as everybody does.
func gesture(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-User") == "?1" && strings.Contains(r.UserAgent(), "HeadlessChrome/")
}

// onceMore asks for one more tap, with the candidate in the form.
func (p *Player) onceMore(w http.ResponseWriter, r *http.Request, s *shown, candidate string) error {
	signed, err := p.signCandidate(s.ID, candidate)
	if err != nil {
		return err
	}
	d := p.hero(r, s)
	d.Line = d.T("player.once_more.text")
	d.Buttons = []button{{Label: d.T(buttonKey(s.first().Kind))}}
	d.Hidden = []field{{candidateField, signed}}
	if how := r.PostFormValue(howField); how != "" { // the answer to "is it you?" stays given
		d.Hidden = append(d.Hidden, field{howField, how})
	}
	d.Trust = trustLine(d.Words, s)
	d.Switch = switchTo(r, d.Other)
	return p.answerHero(w, http.StatusOK, d)
}

// welcome sets the viewer's cookie and leads in; a browser without cookies
// gets the player itself, with its session carried by the page's forms.
func (p *Player) welcome(w http.ResponseWriter, r *http.Request, v release.Viewer, c release.Campaign, who tap) error {
	signed, err := p.signSession(v, who.browser)
	if err != nil {
		return err
	}
	in := session{Viewer: v, Campaign: c, Browser: who.browser}
	if in.Address, err = p.signAddress(v); err != nil {
		return err
	}
	web.ViewerCookie(c.ID).Set(w, p.Site.Secure(r), signed)
	if !who.carried {
		return p.goIn(w, r, in)
	}
	in.Carried = signed
	p.become(w, r, surfaceWatch)
	return p.watchPage(w, r, in)
}

// candidate finds the browser's candidate of a campaign.
func (p *Player) candidate(r *http.Request, c release.CampaignID) (string, bool) {
	return web.First(web.CandidateCookie(c).Values(r, p.Site.Secure(r)), p.verifyCandidate(c))
}

func (p *Player) verifyCandidate(c release.CampaignID) func(string) (string, bool) {
	return func(value string) (string, bool) {
		if value == "" {
			return "", false
		}
		claims, _, err := p.Keys.Verify(tokens.Candidate, value, p.Now())
		return claims.ID, err == nil && claims.Subject == release.Bare(c)
	}
}

func (p *Player) signCandidate(c release.CampaignID, browser string) (string, error) {
	return p.Keys.Sign(tokens.Claims{Purpose: tokens.Candidate, ID: browser, Subject: release.Bare(c), Expires: p.Now().Add(web.CandidateLife)})
}

// newCandidate makes a browser's random name for one campaign and sets its
// cookie. Nothing is stored.
func (p *Player) newCandidate(w http.ResponseWriter, r *http.Request, c release.CampaignID) (string, error) {
	browser, err := randomBare(p.Rand)
	if err != nil {
		return "", err
	}
	signed, err := p.signCandidate(c, browser)
	if err != nil {
		return "", err
	}
	web.CandidateCookie(c).Set(w, p.Site.Secure(r), signed)
	return browser, nil
}

// randomBare makes 22 random characters of [0-9a-z].
func randomBare(random io.Reader) (string, error) {
	const digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	var out [22]byte
	var raw [32]byte
	for n := 0; n < len(out); {
		if _, err := io.ReadFull(random, raw[:]); err != nil {
			return "", err
		}
		for _, b := range raw {
			if b < 252 && n < len(out) { // 252 = 7 × 36: no character is likelier
				out[n] = digits[b%36]
				n++
			}
		}
	}
	return string(out[:]), nil
}
