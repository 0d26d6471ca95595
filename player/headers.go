package player

import (
	"net/http"
	"strings"
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

// shareHosts are where a share button's POST may be sent on to: browsers hold
// a redirect of a form to form-action too.
const shareHosts = "https: sms: mailto: whatsapp: tg: line: snapchat: instagram: fb-messenger: intent:"

// headers sets what every answer of a surface carries. style-src of a page is
// set by render, which knows the style's hash.
func (p *Player) headers(s surface, next http.Handler) http.Handler {
	csp := map[surface]string{
		surfaceLanding: "default-src 'none'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		surfaceWatch: "default-src 'none'; script-src 'self'; worker-src 'self' blob:; connect-src 'self'; img-src 'self' data: blob:; " +
			"media-src 'self' blob:; font-src 'self'; form-action 'self' " + shareHosts + "; base-uri 'none'; frame-ancestors 'none'",
		surfaceData:   "default-src 'none'; frame-ancestors 'none'",
		surfaceMedia:  "default-src 'none'; sandbox; frame-ancestors 'none'",
		surfaceCard:   "default-src 'none'; sandbox; frame-ancestors 'none'",
		surfaceStatic: "default-src 'none'; frame-ancestors 'none'",
	}[s]
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["Content-Security-Policy"] = []string{csp}
		h["X-Content-Type-Options"] = []string{"nosniff"}
		h["Referrer-Policy"] = []string{"same-origin"}
		h["X-Robots-Tag"] = []string{"noindex, nofollow"}
		h["Cross-Origin-Opener-Policy"] = []string{"same-origin"}
		h["Permissions-Policy"] = []string{"camera=(), microphone=(), geolocation=(), payment=(), usb=()"}
		if s == surfaceCard {
			h["Cross-Origin-Resource-Policy"] = []string{"cross-origin"}
		} else {
			h["Cross-Origin-Resource-Policy"] = []string{"same-origin"}
			h["Cache-Control"] = []string{"private, no-store"}
		}
		if p.Site.Secure(r) {
			h["Strict-Transport-Security"] = []string{"max-age=31536000"}
		}
		next.ServeHTTP(w, r)
	})
}

// withStyle adds a page's own style to its policy.
func withStyle(h http.Header, hash string) {
	csp := h.Get("Content-Security-Policy")
	if csp == "" || strings.Contains(csp, "style-src") {
		return
	}
	h.Set("Content-Security-Policy", csp+"; style-src 'self' "+hash)
}
