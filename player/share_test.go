package player

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"passalong/release"
)

// guest is a fan inside: a browser, the viewer's address and row.
func (s *stage) guest(c release.CampaignID, name string) (*fan, string, release.Viewer) {
	s.t.Helper()
	f := s.fan(true)
	_, path := s.link(c, name)
	address := f.claim(path)
	all := s.viewers(c)
	return f, address, all[len(all)-1]
}

// script sends JSON as the page's script does.
func (f *fan) script(path string, body any) seen {
	f.s.t.Helper()
	raw, ok := body.(string)
	if !ok {
		b, err := json.Marshal(body)
		if err != nil {
			f.s.t.Fatal(err)
		}
		raw = string(b)
	}
	r, err := http.NewRequest("POST", f.s.server.URL+path, strings.NewReader(raw))
	if err != nil {
		f.s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", f.agent)
	r.Header.Set("Accept-Language", f.lang)
	return f.s.answer(f.client, r)
}

func (s *stage) answer(client *http.Client, r *http.Request) seen {
	s.t.Helper()
	got, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer got.Body.Close()
	var b strings.Builder
	if _, err := copyAll(&b, got.Body); err != nil {
		s.t.Fatal(err)
	}
	return seen{got.StatusCode, got.Header, b.String()}
}

func (s *stage) shared(got seen) shareAnswer {
	s.t.Helper()
	var a shareAnswer
	if err := json.Unmarshal([]byte(got.body), &a); err != nil || got.status != 200 {
		s.t.Fatalf("%d %s %v", got.status, got.body, err)
	}
	return a
}

// Without script each button is a form: a 303 to the app, or a page with the
// link where there is no honest address.
func TestShareByForm(t *testing.T) {
	s := newStage(t)
	c := s.campaign(func(c *release.Campaign) { c.Shares = 50; c.By = "Oxmo & Puccino"; c.Title = "Là + là" })
	f, address, v := s.guest(c.ID, "ana")
	for channel, prefix := range map[string]string{
		"whatsapp": "https://api.whatsapp.com/send?text=", "telegram": "https://t.me/share/url?url=", "line": "https://line.me/R/share?text=",
		"sms": "sms:?&body=", "email": "mailto:?subject=L%C3%A0%20%2B%20l%C3%A0&body=",
		"messenger": "", "instagram": "", "snapchat": "", "signal": "", "discord": "", "slack": "", "wechat": "", "copy": "", "qr": "",
	} {
		v = s.viewers(c.ID)[0]
		ready, err := s.player.signLink(linkOf(s, v.Reserved[0]))
		if err != nil {
			t.Fatal(err)
		}
		link := s.server.URL + "/r/" + ready
		got := f.post(address+"/share", url.Values{"link": {string(v.Reserved[0])}, "channel": {channel}})
		if row := linkOf(s, v.Reserved[0]); row.Kind != release.Share || row.Channel.String() != channel {
			t.Errorf("%s: the link is %s by %s", channel, row.Kind, row.Channel)
		}
		if prefix == "" {
			wants(t, got, 200, link)
			continue
		}
		to := got.header.Get("Location")
		if got.status != 303 || !strings.HasPrefix(to, prefix) {
			t.Errorf("%s: %d to %q", channel, got.status, to)
		}
		_, query, _ := strings.Cut(to, "?")
		if strings.Contains(query, "+") {
			t.Errorf("%s: a plus is no space in apps: %s", channel, to)
		}
		text, err := url.PathUnescape(query)
		if err != nil {
			t.Fatal(err)
		}
		end := map[string]string{"email": "\r\n" + link}[channel]
		if end == "" {
			end = "\n" + link
		}
		if channel == "telegram" {
			if !strings.Contains(text, "url="+link+"&text=") || strings.Count(text, link) != 1 {
				t.Errorf("telegram: %s", text)
			}
		} else if !strings.HasSuffix(text, end) {
			t.Errorf("%s: the link has no last line of its own: %q", channel, text)
		}
	}
}

func linkOf(s *stage, id release.LinkID) release.Link {
	s.t.Helper()
	l, _, err := s.Service.Link(context.Background(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return l
}

// The text a form edited goes to the app and is kept nowhere.
func TestShareOwnWords(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	f, address, _ := s.guest(c.ID, "ana")
	f.lang = "fr"
	got := f.post(address+"/share", url.Values{"channel": {"whatsapp"}, "message": {"Hé, Inès !\r\nRegarde"}})
	text, _ := url.PathUnescape(got.header.Get("Location"))
	if !strings.Contains(text, "=Hé, Inès !\nRegarde\nhttp") {
		t.Errorf("%q", text)
	}
	if strings.Contains(s.log.String(), "Inès") {
		t.Error("the message is in the log")
	}
}

func TestShareByScript(t *testing.T) {
	s := newStage(t)
	c := s.campaign(func(c *release.Campaign) { c.Shares = 3 })
	f, address, v := s.guest(c.ID, "ana")
	tap := shareTap{Link: string(v.Reserved[0]), Channel: "qr"}
	first := s.shared(f.script(address+"/share", tap))
	if first.Already || first.Panel.Left != 2 || len(first.Panel.Next) != 2 || !strings.HasPrefix(first.QR, "<svg") {
		t.Errorf("%+v", first)
	}
	// The same tap again: a double tap, or an answer that was lost.
	again := s.shared(f.script(address+"/share", tap))
	if !again.Already || again.Panel.Left != 2 || again.Link != first.Link {
		t.Errorf("%+v", again)
	}
	// Several friends by one link.
	few := s.shared(f.script(address+"/share", shareTap{Link: first.Panel.Next[0].ID, Channel: "whatsapp", Seats: "2"}))
	if row := linkOf(s, release.LinkID(few.Link.ID)); row.Seats != 2 || few.Panel.Left != 0 {
		t.Errorf("%+v %+v", row, few)
	}
	got := f.script(address+"/share", shareTap{Channel: "sms"})
	if got.status != http.StatusConflict || !strings.Contains(got.body, "3 times") {
		t.Errorf("past the quota: %d %s", got.status, got.body)
	}
	// The group's link is apart, once.
	group := s.shared(f.script(address+"/share", shareTap{Channel: "whatsapp", Seats: "group"}))
	if row := linkOf(s, release.LinkID(group.Link.ID)); row.Kind != release.Group || row.Seats != c.GroupSeats || group.Panel.Group != 0 {
		t.Errorf("%+v", row)
	}
	if got := f.script(address+"/share", shareTap{Channel: "sms", Seats: "group"}); got.status != http.StatusConflict {
		t.Errorf("a second group: %d", got.status)
	}
	page := f.get(address)
	wants(t, page, 200, "that was all of them", "Your links", "Waiting")
	if strings.Contains(page.body, `name="channel"`) {
		t.Error("the page still offers buttons")
	}
}

// A prepared link whose tap never reached the server becomes a share by its
// claim; the tap that comes late changes nothing.
func TestShareLostThenClaimed(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	f, address, v := s.guest(c.ID, "ana")
	prepared := linkOf(s, v.Reserved[0])
	s.fan(true).claim(s.path(prepared))
	if row := linkOf(s, prepared.ID); row.Kind != release.Share || row.Channel != release.Other || row.Claimed != 1 {
		t.Fatalf("%+v", row)
	}
	late := s.shared(f.script(address+"/share", shareTap{Link: string(prepared.ID), Channel: "whatsapp"}))
	if !late.Already || late.Panel.Left != c.Shares-1 {
		t.Errorf("%+v", late)
	}
	wants(t, f.get(address), 200, "1 friend opened it", "Opened")
}

func TestShareTakenBack(t *testing.T) {
	s := newStage(t)
	c := s.campaign(func(c *release.Campaign) { c.Shares = 1 })
	f, address, v := s.guest(c.ID, "ana")
	f.post(address+"/share", url.Values{"link": {string(v.Reserved[0])}, "channel": {"copy"}})
	wants(t, f.get(address+"/links"), 200, "Waiting", "Take back", string(v.Reserved[0]))
	got := f.post(address+"/links/"+string(v.Reserved[0]), nil)
	if got.status != 303 || got.header.Get("Location") != address+"/links" {
		t.Errorf("%d %s", got.status, got.header.Get("Location"))
	}
	wants(t, f.get(address+"/links"), 200, "passed it on yet")
	next := s.viewers(c.ID)[0].Reserved[0]
	answer := s.shared(f.script(address+"/share", shareTap{Link: string(next), Channel: "copy"}))
	if answer.Panel.Left != 0 {
		t.Errorf("%+v", answer)
	}
	s.fan(true).claim(s.path(linkOf(s, next)))
	if got := f.script(address+"/links/"+string(next), map[string]string{}); got.status != http.StatusConflict {
		t.Errorf("an opened link was taken back: %d %s", got.status, got.body)
	}
}

// Nobody shares for somebody else, from elsewhere, or from another site.
func TestShareRefused(t *testing.T) {
	s := newStage(t)
	c := s.campaign(func(c *release.Campaign) { c.Generations = 2 })
	f, address, ana := s.guest(c.ID, "ana")
	other, bobs, bo := s.guest(c.ID, "bo")
	if got := f.script(address+"/share", shareTap{Link: string(bo.Reserved[0]), Channel: "sms"}); got.status != http.StatusForbidden {
		t.Errorf("another's link: %d", got.status)
	}
	if got := f.script(address+"/links/"+string(bo.Reserved[0]), map[string]string{}); got.status != http.StatusForbidden {
		t.Errorf("another's link taken back: %d", got.status)
	}
	if got := other.script(address+"/share", shareTap{Link: string(ana.Reserved[0]), Channel: "sms"}); got.status != http.StatusUnauthorized {
		t.Errorf("from another browser: %d %s", got.status, got.body)
	}
	if got := other.post(address+"/share", url.Values{"channel": {"sms"}}); got.status != 303 || got.header.Get("Location") != address {
		t.Errorf("a form from another browser: %d %s", got.status, got.header.Get("Location"))
	}
	if got := f.post(address+"/share", url.Values{"channel": {"sms"}}, "Sec-Fetch-Site", "cross-site"); got.status != http.StatusForbidden {
		t.Errorf("from another site: %d", got.status)
	}
	if got := f.script(address+"/share", "{"); got.status != http.StatusUnprocessableEntity {
		t.Errorf("half a body: %d", got.status)
	}
	if got := f.script(address+"/share", shareTap{Channel: "sms", Seats: "-3"}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("-3 friends: %d", got.status)
	}
	if left := s.viewers(c.ID); left[0].Shares != 0 || left[1].Shares != 0 {
		t.Error("something was spent")
	}
	// The last generation is told so.
	s.shared(other.script(bobs+"/share", shareTap{Link: string(bo.Reserved[0]), Channel: "sms"}))
	last := s.fan(true)
	end := last.claim(s.path(linkOf(s, bo.Reserved[0])))
	wants(t, last.get(end), 200, "it ends with you")
}
