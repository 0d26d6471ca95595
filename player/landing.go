package player

import (
	"bytes"
	"context"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"passalong/release"
	"passalong/release/web"
	"passalong/release/words"
	"passalong/tokens"
)

// linkOf reads a link's token and rows: one look at the store. Whatever opens
// nothing is the same error.
func (p *Player) linkOf(r *http.Request) (release.Link, release.Campaign, error) {
	claims, _, err := p.Keys.Verify(tokens.Link, tokens.Trim(r.PathValue("token")), p.Now())
	if err != nil {
		return release.Link{}, release.Campaign{}, p.badToken(r, err)
	}
	link, c, err := p.Service.Link(r.Context(), release.LinkIDOf(claims.ID))
	if release.Is(err, release.NotFound) || err == nil && !c.Deleted.IsZero() {
		return link, c, p.dead(err)
	}
	return link, c, err
}

// badToken counts a token that is none of ours against its sender: guessing
// has an end, holding a link has none.
func (p *Player) badToken(r *http.Request, cause error) error {
	if err := p.bad.Take(p.Site.Client(r)); err != nil {
		return err
	}
	return p.dead(cause)
}

// landing answers GET and HEAD of a link. It changes nothing, whoever asks:
// the page depends on the language, the campaign's state and the asker's own
// cookie, never on what became of the link.
func (p *Player) landing(w http.ResponseWriter, r *http.Request) error {
	link, c, err := p.linkOf(r)
	if err != nil {
		return err
	}
	now, by := p.Now(), p.agents.of(r)
	if !link.Revoked.IsZero() {
		p.sight(r, link, release.SightBlocked, by, now)
		return p.dead(nil)
	}
	s, err := p.shown(r.Context(), c)
	if err != nil {
		return err
	}
	if p.Staff(r) {
		return p.staffPage(w, r, s)
	}
	if in, ok := p.already(r, c); ok {
		if link.ID != in.Viewer.Link && link.Sharer != in.Viewer.ID && by.Opens() {
			p.sight(r, link, release.SightMet, by, now)
		}
		return p.goIn(w, r, in)
	}
	state := c.State(now)
	if link.Test {
		state = release.StateOpen
	}
	kind := by.Sees()
	if kind == release.SightOpen && state == release.StateClosed {
		kind = release.SightBlocked
	}
	p.sight(r, link, kind, by, now)
	if state == release.StateOpen {
		if err := p.offerCandidate(w, r, c); err != nil {
			return err
		}
	}
	page, err := p.landingPage(r, s, c, link.Test, state, now)
	if err != nil {
		return err
	}
	return page.answer(w, r)
}

// sight notes a fetch; HEAD tells nothing that a GET does not.
func (p *Player) sight(r *http.Request, l release.Link, kind release.SightingKind, by web.Fetcher, at time.Time) {
	if r.Method == http.MethodGet {
		p.Service.Sight(l, kind, by.Name, at)
	}
}

// already finds a viewer of the campaign by the browser's cookie, one who may
// go in.
func (p *Player) already(r *http.Request, c release.Campaign) (session, bool) {
	values := web.ViewerCookie(c.ID).Values(r, p.Site.Secure(r))
	return web.First(values, func(value string) (session, bool) {
		in, err := p.carriedSession(r.Context(), value)
		return in, err == nil && in.Campaign.ID == c.ID
	})
}

// carriedSession reads a signed session: the cookie's value, or the field of a
// browser without cookies.
func (p *Player) carriedSession(ctx context.Context, value string) (session, error) {
	claims, _, err := p.Keys.Verify(tokens.Viewer, value, p.Now())
	if err != nil || claims.Subject == "" {
		return session{}, p.dead(err)
	}
	v, c, err := p.Service.Inside(ctx, release.ViewerIDOf(claims.ID))
	if err != nil {
		return session{}, err
	}
	if !has(v, claims.Subject) {
		return session{}, p.dead(nil)
	}
	in := session{Viewer: v, Campaign: c, Browser: claims.Subject}
	in.Address, err = p.signAddress(v)
	return in, err
}

// goIn leads a browser to its viewer's own address.
func (p *Player) goIn(w http.ResponseWriter, r *http.Request, in session) error {
	http.Redirect(w, r, web.KeepLang(r, "/v/"+in.Address), http.StatusSeeOther)
	return nil
}

// offerCandidate gives a browser its candidate, the only cookie before the
// tap: random, for this campaign alone. One that is good stays.
func (p *Player) offerCandidate(w http.ResponseWriter, r *http.Request, c release.Campaign) error {
	if _, ok := p.candidate(r, c.ID); ok {
		return nil
	}
	_, err := p.newCandidate(w, r, c.ID)
	return err
}

// body is a landing page rendered once for everybody who would see the same.
type body struct {
	html   []byte
	length []string
	policy []string
	lang   []string
}

type bodyKey struct {
	campaign release.CampaignID
	version  int
	state    release.State
	minute   int64
	lang     words.Lang
	origin   string
	test     bool
}

type bodyCache struct {
	mu   sync.RWMutex
	rows map[bodyKey]*body
}

// landingPage gives the page for a campaign's state. No link is in it: the
// form's address is the page's own.
func (p *Player) landingPage(r *http.Request, s *shown, c release.Campaign, test bool, state release.State, now time.Time) (*body, error) {
	say := p.say(r, c)
	key := bodyKey{c.ID, c.Version, state, now.Unix() / 60, say.Lang(), p.Site.Origin(r), test}
	p.bodies.mu.RLock()
	got := p.bodies.rows[key]
	p.bodies.mu.RUnlock()
	if got != nil {
		return got, nil
	}
	d := p.stateHero(r, s, state, now)
	d.Card = p.cardOf(r, s, say)
	if test {
		d.Bar = say.T("player.bar.test")
	}
	var b bytes.Buffer
	if err := p.pages.ExecuteTemplate(&b, "hero", d); err != nil {
		return nil, err
	}
	header := http.Header{"Content-Security-Policy": {landingPolicy}}
	withStyle(header, web.StyleHash(string(d.CSS)))
	got = &body{b.Bytes(), []string{strconv.Itoa(b.Len())}, header["Content-Security-Policy"], []string{string(say.Lang())}}
	p.bodies.mu.Lock()
	defer p.bodies.mu.Unlock()
	if p.bodies.rows == nil || len(p.bodies.rows) >= maxShown {
		p.bodies.rows = map[bodyKey]*body{}
	}
	p.bodies.rows[key] = got
	return got, nil
}

// stateHero is the landing page in each of a campaign's states.
func (p *Player) stateHero(r *http.Request, s *shown, state release.State, now time.Time) heroData {
	d := p.hero(r, s)
	switch state {
	case release.StateOpen:
		d.Line = leftLine(d.Words, s.Campaign, now)
		d.Buttons = []button{{Label: d.T(buttonKey(s.first().Kind))}}
		d.Trust = trustLine(d.Words, s)
	case release.StateClosed:
		p.closed(&d, s)
	case release.StatePaused:
		d.Line = d.T("player.paused.text")
	default:
		p.notYet(&d, s, now)
	}
	return d
}

// answer writes the page; a part of it when one range was asked for, as
// Facebook's fetcher does.
func (b *body) answer(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h["Content-Security-Policy"] = b.policy
	h["Content-Type"] = htmlType
	h["Content-Language"] = b.lang
	if rng := r.Header.Get("Range"); rng != "" && !strings.Contains(rng, ",") {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b.html))
		return nil
	}
	h["Content-Length"] = b.length
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(b.html) // who left has nobody to tell
	return nil
}

var htmlType = []string{"text/html; charset=utf-8"}

// staffPage is what the recipient will see, for a browser signed in to the
// console: nothing is counted and nothing can be claimed.
func (p *Player) staffPage(w http.ResponseWriter, r *http.Request, s *shown) error {
	d := p.stateHero(r, s, s.State(p.Now()), p.Now())
	d.Bar = d.T("player.bar.staff")
	d.Switch = template.URL("?lang=" + string(d.Other))
	return p.answerHero(w, http.StatusOK, d)
}
