package player

import (
	"net/http"

	"passalong/release"
	"passalong/release/web"
)

// stateData is a page that says why there is nothing to open.
type stateData struct {
	Base
	Sentence string
	Request  string
}

// problem answers an error as a page.
func (p *Player) problem(w http.ResponseWriter, r *http.Request, pr web.Problem) {
	base := p.base(r, release.Campaign{Accent: "#C2410C"}, pr.Sentence)
	if err := p.render(w, pr.Status, "state", stateData{Base: base, Sentence: pr.Sentence, Request: pr.Request}); err != nil {
		p.Log.ErrorContext(r.Context(), "error page not shown", "err", err)
	}
}

// nothing answers an address that is none of ours.
func (p *Player) nothing(http.ResponseWriter, *http.Request) error { return p.dead(nil) }
