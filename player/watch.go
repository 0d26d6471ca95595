package player

import (
	_ "embed"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

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
	for _, key := range []string{"sound", "again", "page", "resumed"} {
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

// item is one asset as the page shows it.
type item struct {
	words.Words
	release.Asset
	Lead     bool   // the first: edge to edge, shown at once
	Anchor   string // "a1"
	Heading  string
	About    string // how long, how heavy
	Base     string // "/m/{token}/"
	Src      string
	Still    string // for browsers without script
	Download string
	PosterAt string
	Captions []caption
	Leaves   []string
	HTML     template.HTML
	PlainURL string // empty in the page without script
	Tall     bool   // higher than wide
}

type caption struct{ Src, Lang, Name string }

// assetData is one asset as the script knows it.
type assetData struct {
	No       uint8   `json:"no"`
	Kind     string  `json:"kind"`
	Src      string  `json:"src"`
	Small    string  `json:"small,omitempty"`
	Duration float64 `json:"duration,omitempty"`
	Position float64 `json:"position"`
	Pages    int     `json:"pages,omitempty"`
}

func (p *Player) items(r *http.Request, in session, say words.Words, assets []release.Asset, progress release.Progress, plain bool) ([]item, []assetData, error) {
	var items []item
	var script []assetData
	at := map[uint8]float64{}
	for _, a := range progress.Assets {
		at[a.Asset] = a.Position
	}
	for _, a := range assets {
		base, err := p.mediaBase(in, a)
		if err != nil {
			return nil, nil, err
		}
		it := item{Words: say, Asset: a, Anchor: "a" + strconv.Itoa(int(a.No)), Heading: a.Title, Base: base, Src: base + fileContent,
			Download: base + fileDownload, About: about(say, a), Tall: a.Height > a.Width}
		if !plain {
			it.PlainURL = web.KeepLang(r, "/v/"+in.Address+"?plain=1")
		}
		if it.Heading == "" {
			it.Heading = say.T("player.watch.kind." + string(a.Kind))
		}
		d := assetData{No: a.No, Kind: string(a.Kind), Src: it.Src, Duration: a.Duration, Position: at[a.No], Pages: a.Pages}
		it.Still = it.Src + stillMark
		if small, ok := smallest(a); ok {
			d.Small = base + fileSize(small.Height)
			if r.Header.Get("Save-Data") == "on" {
				it.Still = d.Small + stillMark
			}
		}
		if a.Poster != "" {
			it.PosterAt = base + filePoster
		}
		for _, c := range a.Captions {
			it.Captions = append(it.Captions, caption{base + fileCaption(c.Lang), c.Lang, languageName(c.Lang)})
		}
		for page := range a.Leaves {
			it.Leaves = append(it.Leaves, base+fileLeaf(page+1))
		}
		if a.Kind == release.Article {
			if it.HTML, err = p.article(a); err != nil {
				return nil, nil, err
			}
		}
		items, script = append(items, it), append(script, d)
	}
	return items, script, nil
}

func smallest(a release.Asset) (release.Rendition, bool) {
	var out release.Rendition
	for _, s := range a.Sizes {
		if out.Ref == "" || s.Height < out.Height {
			out = s
		}
	}
	return out, out.Ref != ""
}

// about says how long and how heavy an asset is.
func about(say words.Words, a release.Asset) string {
	size := say.Bytes(a.Bytes)
	switch {
	case a.Kind.Runs() && a.Duration > 0:
		return say.Duration(time.Duration(a.Duration*float64(time.Second))) + " · " + size
	case a.Kind == release.PDF && a.Pages > 0:
		return say.T("player.watch.pages", "n", a.Pages) + " · " + size
	case a.Kind == release.Article:
		return ""
	}
	return size
}

// languageName is a language's own name, for the captions' menu.
func languageName(code string) string {
	tag, err := language.Parse(code)
	if err != nil {
		return code
	}
	return display.Self.Name(tag)
}
