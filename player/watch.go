package player

import "net/http"

// watchPage is the player, for a browser that is inside.
func (p *Player) watchPage(w http.ResponseWriter, r *http.Request, in session) error {
	return p.dead(nil)
}

func (p *Player) static(w http.ResponseWriter, r *http.Request) error { return p.dead(nil) }
