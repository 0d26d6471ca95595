package player

import (
	"errors"
	"net/http"

	"passalong/release"
	"passalong/release/web"
	"passalong/tokens"
)

// session is a browser that is a viewer.
type session struct {
	Viewer   release.Viewer
	Campaign release.Campaign
	Address  string // the viewer token in the address: /v/{Address}
	Browser  string // bare id of this browser, one of the viewer's
	// Carried is the signed session of a browser that keeps no cookies: every
	// form of its pages has it in the hidden field asField, scripts send it in
	// the header asHeader. Empty where the cookie did its work.
	Carried string
}

// The places where a browser without cookies carries its session.
const (
	asField  = "as"
	asHeader = "X-Passalong-As"
)

// errElsewhere is returned for a true viewer address in a browser that is not
// that viewer's.
var errElsewhere = errors.New("player: a viewer's address in another browser")

// viewer tells who asks: the address token says which viewer, the cookie (or
// the carried session, on POST only) proves that this browser is theirs. It is
// errElsewhere, with Viewer and Campaign filled, when it is not; any other
// error is a release.Error: forged or unknown (NotFound), cut, paused.
func (p *Player) viewer(r *http.Request, address string) (session, error) {
	address = tokens.Trim(address)
	claims, _, err := p.Keys.Verify(tokens.Viewer, address, p.Now())
	if err != nil || claims.Subject != "" {
		return session{}, p.badToken(r, err)
	}
	v, c, err := p.Service.Inside(r.Context(), release.ViewerIDOf(claims.ID))
	if err != nil {
		return session{Viewer: v, Campaign: c, Address: address}, err
	}
	in := session{Viewer: v, Campaign: c, Address: address}
	cookie := web.ViewerCookie(c.ID)
	if browser, ok := web.First(cookie.Values(r, p.Site.Secure(r)), p.browserOf(v)); ok {
		in.Browser = browser
		return in, nil
	}
	if r.Method == http.MethodPost {
		carried := r.Header.Get(asHeader)
		if carried == "" {
			carried = r.PostFormValue(asField)
		}
		if browser, ok := p.browserOf(v)(carried); ok {
			in.Browser, in.Carried = browser, carried
			return in, nil
		}
	}
	return in, errElsewhere
}

// browserOf accepts the signed session of one of v's browsers.
func (p *Player) browserOf(v release.Viewer) func(string) (string, bool) {
	return func(value string) (string, bool) {
		claims, _, err := p.Keys.Verify(tokens.Viewer, value, p.Now())
		if err != nil || claims.Subject == "" || claims.ID != release.Bare(v.ID) || !has(v, claims.Subject) {
			return "", false
		}
		return claims.Subject, true
	}
}

// has tells whether a browser is one of the viewer's.
func has(v release.Viewer, browser string) bool {
	if v.Candidate == browser {
		return true
	}
	for _, b := range v.Browsers {
		if b.Candidate == browser {
			return true
		}
	}
	return false
}

// Full tells whether this browser may share, see the chain and ask for
// erasure; one that only said "It's me, in another app" may watch.
func (s session) Full() bool { return s.Viewer.Full(s.Browser) }

// signSession makes the value of a viewer cookie (and of asField).
func (p *Player) signSession(v release.Viewer, browser string) (string, error) {
	return p.Keys.Sign(tokens.Claims{Purpose: tokens.Viewer, ID: release.Bare(v.ID), Subject: browser, Expires: p.Now().Add(web.ViewerLife)})
}

// signAddress makes the token of a viewer's address. The same viewer has the
// same address: it ends when a link minted at their claim would.
func (p *Player) signAddress(v release.Viewer) (string, error) {
	return p.Keys.Sign(tokens.Claims{Purpose: tokens.Viewer, ID: release.Bare(v.ID), Expires: v.Claimed.Add(web.ViewerLife)})
}

// signLink signs a link again, with the key and expiry of its row.
func (p *Player) signLink(l release.Link) (string, error) {
	c := tokens.Claims{Purpose: tokens.Link, ID: release.Bare(l.ID), Expires: l.Expiry()}
	if l.Kid == "" {
		return p.Keys.Sign(c)
	}
	return p.Keys.SignWith(l.Kid, c)
}

// dead is the one answer for whatever opens nothing.
func (p *Player) dead(cause error) error {
	return &release.Error{Kind: release.NotFound, Key: "link.nothing", Err: cause}
}
