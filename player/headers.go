package player

import (
	"net/http"
	"strings"

	"passalong/release/web"
)

// surface is what an address serves; it decides the headers.
type surface int

const (
	surfaceLanding surface = iota // a page before the tap
	surfaceWatch                  // a page of a viewer
	surfaceData                   // an answer to a script of ours
	surfaceMedia                  // content
	surfaceCard                   // the card's image and the poster
	surfaceStatic                 // our script and style files
)

// shareForms are where a share button's POST may be sent on to: browsers hold
// a redirect of a form to form-action too.
func shareForms() []string {
	return []string{"https:", "sms:", "mailto:", "whatsapp:", "tg:", "line:", "snapchat:", "instagram:", "fb-messenger:", "intent:"}
}

// headersOf builds what every answer of a surface carries. A page's own style
// is added by withStyle, which knows its hash.
func headersOf(s surface, secure bool) http.Header {
	h := http.Header{}
	switch s {
	case surfaceWatch:
		web.FanHeaders(h, web.FanPage{Secure: secure, Forms: shareForms()})
	case surfaceLanding:
		web.FanHeaders(h, web.FanPage{Secure: secure})
		h.Set("Content-Security-Policy", landingPolicy)
	case surfaceMedia:
		web.MediaHeaders(h, secure)
		// A sandboxed file asks for no permission and frames nothing; a range
		// is small enough for its headers to be felt.
		h.Del("Permissions-Policy")
		h.Del("X-Frame-Options")
	case surfaceCard:
		web.CardHeaders(h, secure)
	default:
		web.APIHeaders(h, secure)
	}
	return h
}

// landingPolicy allows less than a fan's page may have: no script at all.
const landingPolicy = "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// headers sets a surface's headers before the answer. They are built once: the
// values are shared by all answers, which replace and never change them.
func (p *Player) headers(s surface, next http.Handler) http.Handler {
	plain, secure := headersOf(s, false), headersOf(s, true)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		set := plain
		if p.Site.Secure(r) {
			set = secure
		}
		h := w.Header()
		for name, value := range set {
			h[name] = value
		}
		next.ServeHTTP(w, r)
	})
}

// become gives an answer the headers of another surface: a claim that answers
// the player itself, a card that is not there.
func (p *Player) become(w http.ResponseWriter, r *http.Request, s surface) {
	for name, value := range headersOf(s, p.Site.Secure(r)) {
		w.Header()[name] = value
	}
}

// withStyle adds a page's own style to its policy.
func withStyle(h http.Header, hash string) {
	csp := h.Get("Content-Security-Policy")
	if !strings.Contains(csp, hash) {
		h.Set("Content-Security-Policy", strings.Replace(csp, "style-src 'self'", "style-src 'self' "+hash, 1))
	}
}
