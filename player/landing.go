package player

import "net/http"

func (p *Player) landing(w http.ResponseWriter, r *http.Request) error { return p.dead(nil) }
