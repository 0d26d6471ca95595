package player

import (
	"errors"
	"net/http"
)

// arrive answers a viewer's address: the player in their own browser, a
// question elsewhere.
func (p *Player) arrive(w http.ResponseWriter, r *http.Request) error {
	in, err := p.viewer(r, r.PathValue("token"))
	if errors.Is(err, errElsewhere) {
		return p.dead(nil)
	}
	if err != nil {
		return err
	}
	return p.watchPage(w, r, in)
}

func (p *Player) join(w http.ResponseWriter, r *http.Request) error { return p.dead(nil) }
