package player

import (
	_ "embed"
	"html/template"
	"net/http"
	"time"

	"passalong/release"
	"passalong/release/web"
	"passalong/release/words"
)

//go:embed templates/watch.css
var watchCSS template.CSS

// watchData is the player's page.
type watchData struct {
	Base
	In     session
	Plain  bool // the page without script, asked for by ?plain=1 where script is on but did not arrive
	First  item
	Rest   []item
	Time   string // how long it is open still, or that it is closed
	Open   bool   // it can be passed on now
	Share  shareData
	Chain  string // what the viewer's chain did; empty before anybody came
	Script string // address of our script
	Data   pageData
}

// shareData is the pass-on panel.
type shareData struct {
	words.Words
	panel
	In      session
	Asked   string // as in linksData
	Text    string
	First   []appButton
	More    []appButton
	Few     []int // numbers of friends that one link may be for
	Link    prepared
	Handed  []handed
	Refused string // why nothing can be passed on; empty when it can
}

// appButton is one channel's.
type appButton struct {
	Channel string
	Label   string
}

// pageData is what the script reads.
type pageData struct {
	Token    string            `json:"token"`
	As       string            `json:"as,omitempty"`
	Autoplay bool              `json:"autoplay"`
	Assets   []assetData       `json:"assets"`
	Share    shareScript       `json:"share"`
	Say      map[string]string `json:"say"`
	PDF      [2]string         `json:"pdf"` // library, worker
}

type shareScript struct {
	panel
	Text    string            `json:"text"`
	Subject string            `json:"subject"`
	Apps    map[string]string `json:"apps"` // channel → address with places
	Open    map[string]string `json:"open"` // channel → where the app opens
}

// watchPage is the player, for a browser that is inside.
func (p *Player) watchPage(w http.ResponseWriter, r *http.Request, in session) error {
	assets, err := p.Service.Assets(r.Context(), in.Campaign.ID)
	if err != nil {
		return err
	}
	progress, err := p.Service.ProgressOf(r.Context(), in.Viewer.ID)
	if err != nil {
		return err
	}
	static, err := bundles()
	if err != nil {
		return err
	}
	say := p.say(r, in.Campaign)
	data := watchData{Base: p.base(r, in.Campaign, in.Campaign.Title), In: in,
		Plain:  r.URL.Query().Get("plain") != "",
		Script: static.URL("watch.js")}
	data.CSS += watchCSS
	now := p.Now()
	data.Open = in.Viewer.Test || in.Campaign.State(now) == release.StateOpen
	data.Time = timeLeft(say, in.Campaign, now)
	items, script, err := p.items(r, in, say, assets, progress, data.Plain)
	if err != nil {
		return err
	}
	if len(items) > 0 {
		data.First, data.Rest = items[0], items[1:]
		data.First.Lead = true
	}
	if data.Share, err = p.shareData(r, in, say, data.Open); err != nil {
		return err
	}
	below, err := p.Service.Below(r.Context(), in.Viewer)
	if err != nil {
		return err
	}
	data.Chain = chain(say, data.Share.Handed, below)
	data.Data = p.pageData(r, in, say, data.Share, static)
	data.Data.Assets = script
	return p.render(w, http.StatusOK, "watch", data)
}

func (p *Player) pageData(r *http.Request, in session, say words.Words, s shareData, static *web.Static) pageData {
	d := pageData{Token: in.Address, As: in.Carried, Autoplay: in.Viewer.Viewed.IsZero(),
		PDF: [2]string{static.URL("pdf.js"), static.URL("pdf.worker.js")},
		Share: shareScript{panel: s.panel, Text: s.Text, Subject: in.Campaign.Title,
			Apps: map[string]string{}, Open: map[string]string{}},
		Say: map[string]string{}}
	first, more := apps(web.Fetch(r))
	for _, a := range append(first, more...) {
		if a.Address != "" {
			d.Share.Apps[a.Channel.String()] = a.Address
		}
		if a.Open != "" {
			d.Share.Open[a.Channel.String()] = a.Open
		}
	}
	for _, key := range []string{"sound", "again", "page"} {
		d.Say[key] = say.T("player.watch." + key)
	}
	for _, key := range []string{"copied", "copied_for", "copy_by_hand", "handed_on", "waiting_line", "no_link", "failed", "open_app", "taken_back"} {
		d.Say[key] = say.T("share." + key)
	}
	for _, b := range append(s.First, s.More...) {
		d.Say["app."+b.Channel] = b.Label
	}
	return d
}

func (p *Player) shareData(r *http.Request, in session, say words.Words, open bool) (shareData, error) {
	allowed, err := p.Service.Allowance(r.Context(), in.Viewer.ID)
	if err != nil {
		return shareData{}, err
	}
	out := shareData{Words: say, In: in, Asked: web.KeepLang(r, ""), Text: shareText(say, in.Campaign)}
	if out.panel, err = p.panel(r, in, allowed); err != nil {
		return out, err
	}
	if out.Handed, err = p.handedOut(r, in, say); err != nil {
		return out, err
	}
	switch {
	case !open:
		out.Refused = say.T("share.said.closed")
	case allowed.Left == 0 && allowed.Group == 0:
		out.Refused = out.Said
	}
	if len(out.Next) > 0 {
		out.Link = out.Next[0]
	}
	for n := 1; n <= min(release.MaxFew, allowed.Left); n++ {
		out.Few = append(out.Few, n)
	}
	first, more := apps(web.Fetch(r))
	for _, a := range first {
		out.First = append(out.First, appButton{a.Channel.String(), label(say, a.Channel)})
	}
	for _, a := range more {
		out.More = append(out.More, appButton{a.Channel.String(), label(say, a.Channel)})
	}
	return out, nil
}

// label is what a button says: the report's "Copied link" is "Copy" here.
func label(say words.Words, c release.Channel) string {
	switch c {
	case release.Copy:
		return say.T("share.copy")
	case release.QR:
		return say.T("share.qr")
	}
	return say.Channel(c.String())
}

// chain says what a viewer's chain did: who opened their links, and people
// further down from five on; fewer could be told apart.
func chain(say words.Words, links []handed, below int) string {
	opened := 0
	for _, l := range links {
		opened += l.Opened
	}
	switch {
	case opened == 0:
		return ""
	case below-opened <= 0:
		return say.T("share.chain.opened", "n", opened)
	case below < 5:
		return say.T("share.chain.few", "n", opened)
	}
	return say.T("share.chain.opened", "n", opened) + " · " + say.T("share.chain.people", "n", below)
}

func timeLeft(say words.Words, c release.Campaign, now time.Time) string {
	switch end := c.End(); {
	case c.State(now) == release.StateClosed:
		return say.T("player.watch.closed")
	case end.IsZero():
		return say.T("player.watch.nowhere")
	default:
		return say.T("player.watch.left", "time", say.Duration(end.Sub(now)))
	}
}
