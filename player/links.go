package player

import (
	"errors"
	"net/http"

	"passalong/release"
	"passalong/release/web"
	"passalong/release/words"
)

// linksData is the page "Your links".
type linksData struct {
	Base
	In     session
	Handed []handed
	Asked  string // "?lang=fr" for the forms' addresses, where the reader chose
	Back   string
}

// handed is one link that the viewer handed out.
type handed struct {
	ID      release.LinkID
	URL     string
	Channel string
	Icon    string
	Seats   int
	Opened  int
	State   string // waiting, opened, or come back
	Open    bool   // it can still be given
	CanTake bool

	CopyAgain, TakeBack string // labels
}

// links lists what the viewer handed out; ?part=1 gives the list alone, for
// the script.
func (p *Player) links(w http.ResponseWriter, r *http.Request) error {
	in, err := p.viewer(r, r.PathValue("token"))
	if errors.Is(err, errElsewhere) {
		http.Redirect(w, r, web.KeepLang(r, "/v/"+in.Address), http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	return p.showLinks(w, r, in, r.URL.Query().Get("part") != "")
}

func (p *Player) showLinks(w http.ResponseWriter, r *http.Request, in session, part bool) error {
	data := linksData{Base: p.base(r, in.Campaign, p.say(r, in.Campaign).T("share.links")), In: in, Asked: web.KeepLang(r, ""), Back: web.KeepLang(r, "/v/"+in.Address)}
	data.CSS += watchCSS
	var err error
	if data.Handed, err = p.handedOut(r, in, data.Words); err != nil {
		return err
	}
	if part {
		return p.render(w, http.StatusOK, "links-list", data)
	}
	return p.render(w, http.StatusOK, "links", data)
}

// handedOut lists the viewer's links, the newest first.
func (p *Player) handedOut(r *http.Request, in session, say words.Words) ([]handed, error) {
	links, err := p.Service.HandedOut(r.Context(), in.Viewer.ID)
	if err != nil {
		return nil, err
	}
	out := make([]handed, 0, len(links))
	for i := len(links) - 1; i >= 0; i-- {
		l := links[i]
		ready, err := p.prepare(r, l)
		if err != nil {
			return nil, err
		}
		h := handed{ID: l.ID, URL: ready.URL, Channel: say.Channel(l.Channel.String()), Icon: l.Channel.String(),
			Seats: l.Seats, Opened: l.Claimed + l.Copies, Open: l.Claimed < l.Seats && l.Revoked.IsZero(),
			CanTake: l.Claimed == 0 && l.Revoked.IsZero(), CopyAgain: say.T("share.copy_again"), TakeBack: say.T("share.take_back")}
		switch {
		case l.Claimed == 0 && !l.Returned.IsZero():
			h.State = say.T("share.state.came_back")
		case l.Claimed == 0:
			h.State = say.T("share.state.waiting")
		case l.Seats > 1:
			h.State = say.T("share.state.seats", "n", l.Claimed, "of", l.Seats)
		default:
			h.State = say.T("share.state.opened")
		}
		out = append(out, h)
	}
	return out, nil
}

// takeBack ends a link nobody came in by; its share returns.
func (p *Player) takeBack(w http.ResponseWriter, r *http.Request) error {
	in, _, script, err := p.readTap(w, r)
	if err != nil {
		return p.shareRefused(w, r, in, script, err)
	}
	got, err := p.Service.TakeBack(r.Context(), in.Viewer.ID, release.LinkID(r.PathValue("link")))
	if err != nil {
		return p.shareRefused(w, r, in, script, err)
	}
	in.Viewer = got.Viewer
	if script {
		ready, err := p.prepare(r, got.Link)
		if err != nil {
			return err
		}
		answer := shareAnswer{Link: ready, Already: got.Already}
		if answer.Panel, err = p.panel(r, in, got.Allowance); err != nil {
			return err
		}
		return writeJSON(w, answer)
	}
	if in.Carried != "" {
		return p.showLinks(w, r, in, false)
	}
	http.Redirect(w, r, web.KeepLang(r, "/v/"+in.Address+"/links"), http.StatusSeeOther)
	return nil
}
