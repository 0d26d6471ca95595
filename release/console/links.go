package console

import (
	"crypto/rand"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"passalong/release"
	"passalong/tokens"
)

// linksData is the page of a campaign's content, people and links.
type linksData struct {
	base
	Campaign release.Campaign
	Draft    bool
	Assets   []release.Asset
	Rows     []linkRow
	Next     uint32
	Q        string
	State    string
	Typed    string   // the list as pasted, when it was refused
	Bad      []string // sentences, by line
	Good     int
	Checked  bool
	Once     string // key of the checked form
}

type linkRow struct {
	release.Link
	URL    string
	Status string
	Word   string
	Send   []send
}

// send is one way to hand a link over.
type send struct {
	Channel string
	Label   string
	URL     string
}

const linksPerPage = 200

func (c *Console) links(w http.ResponseWriter, r *http.Request) error {
	d, err := c.linksData(r)
	if err != nil {
		return err
	}
	return c.render(w, http.StatusOK, "links", d)
}

func (c *Console) linksData(r *http.Request) (linksData, error) {
	id := release.CampaignID(r.PathValue("id"))
	x, err := c.Service.Campaign(r.Context(), id)
	d := linksData{base: c.base(r, x.Title), Campaign: x, Draft: x.Opens.IsZero(), Q: r.URL.Query().Get("q"), State: r.URL.Query().Get("state")}
	if err != nil {
		return d, err
	}
	if d.Assets, err = c.Service.Assets(r.Context(), id); err != nil {
		return d, err
	}
	after, _ := strconv.ParseUint(r.URL.Query().Get("after"), 10, 32)
	q := strings.ToLower(strings.TrimSpace(d.Q))
	list, err := c.Service.Links(r.Context(), id, uint32(after), linksPerPage, func(l release.Link) bool {
		return l.Sharer == "" && (d.State == "" || status(l) == d.State) &&
			(q == "" || strings.Contains(strings.ToLower(l.Recipient.Name+" "+l.Recipient.Contact+" "+l.Recipient.Cohort), q))
	})
	if err != nil {
		return d, err
	}
	origin := c.Site.Base()
	if len(x.Hosts) > 0 {
		origin = c.Site.Scheme() + "://" + x.Hosts[0]
	}
	for _, l := range list {
		row := linkRow{Link: l, Status: status(l)}
		row.Word = d.T("console.link." + row.Status)
		if token, err := c.Keys.SignWith(l.Kid, tokens.Claims{Purpose: tokens.Link, ID: release.Bare(l.ID), Expires: l.Expiry()}); err == nil {
			row.URL = origin + "/r/" + token
			row.Send = ways(d, x, l, row.URL)
		}
		d.Rows = append(d.Rows, row)
	}
	if len(list) == linksPerPage {
		d.Next = list[len(list)-1].No
	}
	return d, nil
}

func status(l release.Link) string {
	switch {
	case !l.Revoked.IsZero():
		return "revoked"
	case l.Claimed > 0:
		return "opened"
	case !l.Sent.IsZero():
		return "sent"
	}
	return "waiting"
}

// ways are the apps that can carry a link to its recipient, the meant one
// first; the link stands alone on the message's last line.
func ways(d linksData, x release.Campaign, l release.Link, link string) []send {
	text := x.Message
	if text == "" {
		text = d.T("console.message", "name", first(l.Recipient.Name), "title", x.Title, "by", x.By)
	}
	text += "\n" + link
	escaped := strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
	contact := strings.TrimSpace(l.Recipient.Contact)
	number := strings.NewReplacer(" ", "", ".", "", "-", "", "(", "", ")", "", "+", "").Replace(contact)
	if _, err := strconv.ParseUint(number, 10, 64); err != nil || len(number) < 6 {
		number = ""
	}
	handle := ""
	if strings.HasPrefix(contact, "@") {
		handle = url.PathEscape(strings.TrimPrefix(contact, "@"))
	}
	mail := ""
	if strings.Contains(contact, "@") && handle == "" {
		mail = url.PathEscape(contact)
	}
	var out []send
	add := func(c release.Channel, address string) {
		s := send{c.String(), d.Channel(c.String()), address}
		if c == l.Channel {
			out = append([]send{s}, out...)
			return
		}
		out = append(out, s)
	}
	if mail == "" && handle == "" {
		add(release.WhatsApp, "https://wa.me/"+number+"?text="+escaped)
		plus := ""
		if strings.HasPrefix(contact, "+") {
			plus = "+"
		}
		add(release.SMS, "sms:"+plus+number+"?&body="+escaped)
	}
	if mail != "" || number == "" && handle == "" {
		add(release.Email, "mailto:"+mail+"?subject="+strings.ReplaceAll(url.QueryEscape(x.Title), "+", "%20")+"&body="+strings.ReplaceAll(escaped, "%0A", "%0D%0A"))
	}
	if handle != "" {
		switch l.Channel {
		case release.Telegram:
			add(release.Telegram, "https://t.me/"+handle)
		case release.Snapchat:
			add(release.Snapchat, "https://www.snapchat.com/add/"+handle)
		case release.Messenger:
			add(release.Messenger, "https://m.me/"+handle)
		default:
			add(release.Instagram, "https://ig.me/m/"+handle)
		}
	}
	return out
}

func first(name string) string {
	before, _, _ := strings.Cut(name, " ")
	return before
}

// people checks a pasted or uploaded list; only a second press with every row
// good mints.
func (c *Console) people(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseMultipartForm(release.MaxPeopleBytes); err != nil && err != http.ErrNotMultipart {
		return release.Bad("people", "people.unreadable")
	}
	typed := r.PostFormValue("people")
	if f, _, err := r.FormFile("file"); err == nil {
		defer f.Close()
		var b strings.Builder
		if _, err := copyAll(&b, f); err != nil {
			return err
		}
		typed = b.String()
	}
	list, bad, err := release.ReadPeople(strings.NewReader(typed))
	if err == nil && len(bad) == 0 && r.PostFormValue("mint") != "" {
		orders := make([]release.Order, len(list.Rows))
		for i, p := range list.Rows {
			orders[i] = p.Order()
		}
		// The form carries a key of its own, so that pressing twice mints once.
		who, err := c.who(r)
		if err != nil {
			return err
		}
		if _, _, err := c.Service.MintOnce(r.Context(), release.CampaignID(r.PathValue("id")), string(who.ID), r.PostFormValue("once"), orders); err != nil {
			return err
		}
		http.Redirect(w, r, "/console/campaigns/"+r.PathValue("id")+"/links", http.StatusSeeOther)
		return nil
	}
	d, e := c.linksData(r)
	if e != nil {
		return e
	}
	d.Typed, d.Good, d.Checked = typed, len(list.Rows), true
	d.Once = rand.Text()
	if err != nil && len(bad) == 0 {
		d.Bad = []string{sentence(d.Words, err)}
	}
	for _, b := range bad[:min(len(bad), 50)] {
		d.Bad = append(d.Bad, d.T("console.line", "line", b.Line, "column", b.Column, "said", sentence(d.Words, b.Err)))
	}
	code := http.StatusOK
	if len(d.Bad) > 0 {
		code = http.StatusUnprocessableEntity
	}
	return c.render(w, code, "links", d)
}

func (c *Console) linkAct(w http.ResponseWriter, r *http.Request) error {
	id := release.LinkID(r.PathValue("link"))
	var l release.Link
	var err error
	switch r.PostFormValue("do") {
	case "sent":
		by, _ := release.ParseChannel(r.PostFormValue("channel"))
		l, err = c.Service.MarkSent(r.Context(), id, by)
	case "revoke":
		l, err = c.Service.RevokeLink(r.Context(), id, true)
	case "restore":
		l, err = c.Service.RevokeLink(r.Context(), id, false)
	default:
		return release.Bad("do", "campaign.act")
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/console/campaigns/"+string(l.Campaign)+"/links#"+string(l.ID), http.StatusSeeOther)
	return nil
}

// States are those a list of links can be narrowed to.
func (linksData) States() []string { return []string{"waiting", "sent", "opened", "revoked"} }

// Href is the way's address; schemes are ours, so that sms: is let through.
func (s send) Href() template.URL { return template.URL(s.URL) }
