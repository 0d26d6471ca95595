package player

import "net/http"

func (p *Player) share(w http.ResponseWriter, r *http.Request) error    { return p.dead(nil) }
func (p *Player) links(w http.ResponseWriter, r *http.Request) error    { return p.dead(nil) }
func (p *Player) takeBack(w http.ResponseWriter, r *http.Request) error { return p.dead(nil) }
