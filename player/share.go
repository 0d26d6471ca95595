package player

import (
	"errors"
	"html/template"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"passalong/release"
	"passalong/release/web"
	"passalong/release/words"
)

// shareTap is one share button tapped.
type shareTap struct {
	Link    string `json:"link"` // the prepared link the button carried
	Channel string `json:"channel"`
	Seats   string `json:"seats"` // "1" to "5", or "group"
	Message string `json:"-"`     // as edited; without script only: it is kept nowhere
}

// prepared is a link that a tap can hand out without waiting for an answer.
type prepared struct {
	ID  string `json:"id"`
	URL string `json:"url"`
}

// panel is what a viewer may still hand out.
type panel struct {
	Next  []prepared `json:"next"`
	Left  int        `json:"left"`
	Limit int        `json:"limit"`
	Group int        `json:"group"`
	Last  bool       `json:"last"`
	Said  string     `json:"said"` // how many are left, or why none
}

// shareAnswer tells a script what its tap handed out and what comes next.
type shareAnswer struct {
	Link    prepared `json:"link"`
	QR      string   `json:"qr,omitempty"` // SVG, for the QR button
	Already bool     `json:"already"`
	Panel   panel    `json:"panel"`
}

// share hands a link out. A script gets the next prepared link; a form is sent
// on to the app, or shown the link where the app has no address.
func (p *Player) share(w http.ResponseWriter, r *http.Request) error {
	in, t, script, err := p.readTap(w, r)
	if err != nil {
		return p.shareRefused(w, r, in, script, err)
	}
	input, err := t.input(in)
	if err != nil {
		return p.shareRefused(w, r, in, script, err)
	}
	got, err := p.Service.Share(r.Context(), input)
	if err != nil {
		return p.shareRefused(w, r, in, script, err)
	}
	in.Viewer = got.Viewer
	link, err := p.prepare(r, got.Link)
	if err != nil {
		return err
	}
	if !script {
		return p.handOver(w, r, in, got.Link, link, t)
	}
	answer := shareAnswer{Link: link, Already: got.Already}
	if answer.Panel, err = p.panel(r, in, got.Allowance); err != nil {
		return err
	}
	if input.Channel == release.QR {
		if answer.QR, err = drawQR(link.URL); err != nil {
			return err
		}
	}
	return writeJSON(w, answer)
}

// readTap reads who taps what. script tells that the answer is for our script.
func (p *Player) readTap(w http.ResponseWriter, r *http.Request) (session, shareTap, bool, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	script := err != nil || kind != "application/x-www-form-urlencoded" && kind != "multipart/form-data"
	if err := p.Site.CheckPost(r); err != nil {
		return session{}, shareTap{}, script, err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBeacon)
	in, err := p.viewer(r, r.PathValue("token"))
	if err != nil {
		return in, shareTap{}, script, err
	}
	var t shareTap
	if script {
		return in, t, true, readJSON(r, &t)
	}
	t = shareTap{Link: r.PostFormValue("link"), Channel: r.PostFormValue("channel"), Seats: r.PostFormValue("seats"), Message: r.PostFormValue("message")}
	return in, t, false, nil
}

func (t shareTap) input(who session) (release.ShareInput, error) {
	in := release.ShareInput{Viewer: who.Viewer.ID, Link: release.LinkID(t.Link), Seats: 1}
	var ok bool
	if in.Channel, ok = release.ParseChannel(t.Channel); !ok {
		in.Channel = release.Other
	}
	switch t.Seats {
	case "", "1":
	case "group":
		in.Group, in.Seats = true, who.Campaign.GroupSeats
	default:
		n, err := strconv.Atoi(t.Seats)
		if err != nil {
			return in, release.Bad("seats", "share.seats", "max", release.MaxFew)
		}
		in.Seats = n
	}
	return in, nil
}

// shareRefused answers a script in JSON; a form in another browser is shown
// the question that belongs there.
func (p *Player) shareRefused(w http.ResponseWriter, r *http.Request, in session, script bool, err error) error {
	switch {
	case script:
		p.refuse(w, r, in.Campaign, err)
		return nil
	case errors.Is(err, errElsewhere):
		http.Redirect(w, r, web.KeepLang(r, "/v/"+in.Address), http.StatusSeeOther)
		return nil
	}
	return err
}

// handedData is the page after a form's tap: the link to give.
type handedData struct {
	Base
	In      session
	Channel release.Channel
	Link    prepared
	Text    string // message and link
	Open    string // opens the app; may be empty
	OpenApp string
	QR      template.HTML
	Hint    string
	Back    string
}

// handOver sends a form's tap on to its app, or shows the link.
func (p *Player) handOver(w http.ResponseWriter, r *http.Request, in session, link release.Link, ready prepared, t shareTap) error {
	say := p.say(r, in.Campaign)
	via := appOf(web.Fetch(r), link.Channel)
	message := t.Message
	if strings.TrimSpace(message) == "" {
		message = shareText(say, in.Campaign)
	}
	if via.Address != "" {
		w.Header().Set("Location", via.fill(message, in.Campaign.Title, ready.URL))
		w.WriteHeader(http.StatusSeeOther)
		return nil
	}
	data := handedData{Base: p.base(r, in.Campaign, say.T("share.handed.title")), In: in, Channel: link.Channel,
		Link: ready, Text: withLink(message, ready.URL), Open: via.Open, Back: web.KeepLang(r, "/v/"+in.Address)}
	data.CSS += watchCSS
	data.Hint = hint(say, link.Channel)
	data.OpenApp = say.T("share.open_app", "app", say.Channel(link.Channel.String()))
	if link.Channel == release.QR {
		svg, err := drawQR(ready.URL)
		if err != nil {
			return err
		}
		data.QR = template.HTML(svg)
	}
	return p.render(w, http.StatusOK, "handed", data)
}

// hint says what to do with a link for an app that takes none by address.
func hint(say words.Words, c release.Channel) string {
	switch c {
	case release.QR:
		return say.T("share.hint.qr")
	case release.Copy, release.Other, release.ChannelNone:
		return say.T("share.hint.copy")
	}
	return say.T("share.hint.paste", "app", say.Channel(c.String()))
}

// panel tells what is left, with the prepared links signed for the host the
// fan is on.
func (p *Player) panel(r *http.Request, in session, a release.Allowance) (panel, error) {
	out := panel{Next: []prepared{}, Left: a.Left, Limit: a.Limit, Group: a.Group, Last: a.Last}
	say := p.say(r, in.Campaign)
	switch {
	case a.Last:
		out.Said = say.T("share.said.last")
	case a.Left == 0 && a.Limit == 0:
		out.Said = say.T("share.said.none")
	case a.Left == 0:
		out.Said = say.T("share.said.used", "n", a.Limit)
	default:
		out.Said = say.T("share.said.left", "n", a.Left)
	}
	for _, id := range in.Viewer.Reserved {
		link, _, err := p.Service.Link(r.Context(), id)
		if err != nil {
			return out, err
		}
		ready, err := p.prepare(r, link)
		if err != nil {
			return out, err
		}
		out.Next = append(out.Next, ready)
	}
	return out, nil
}

// prepare signs a link again, at the address the fan came by.
func (p *Player) prepare(r *http.Request, l release.Link) (prepared, error) {
	token, err := p.signLink(l)
	if err != nil {
		return prepared{}, err
	}
	return prepared{ID: string(l.ID), URL: p.Site.URL(r, "/r/"+token)}, nil
}

// shareText is what goes with a link: the campaign's message, or the words'.
func shareText(say words.Words, c release.Campaign) string {
	switch {
	case c.Message != "":
		return c.Message
	case c.By != "":
		return say.T("share.text_by", "title", c.Title, "by", c.By)
	}
	return say.T("share.text", "title", c.Title)
}

func drawQR(link string) (string, error) {
	var b strings.Builder
	if err := web.QRSVG(&b, link); err != nil {
		return "", err
	}
	return b.String(), nil
}
