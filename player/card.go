package player

import "net/http"

func (p *Player) card(w http.ResponseWriter, r *http.Request) error { return p.dead(nil) }
