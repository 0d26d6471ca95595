package player

import "net/http"

func (p *Player) claim(w http.ResponseWriter, r *http.Request) error { return p.dead(nil) }
