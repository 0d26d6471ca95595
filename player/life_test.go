package player

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"passalong/release"
)

// The life of a link: opened, claimed once however often it is tapped, and the
// viewer's own address in the address bar.
func TestLifeOfALink(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	_, path := s.link(c.ID, "Ana")
	ana := s.fan(true)
	wants(t, ana.get(path), 200, "Somebody passed you this", "Social Club", "Oxmo Puccino", ">Watch</button>", "What is counted")
	first := ana.post(path, nil)
	wants(t, first, 303)
	address := first.header.Get("Location")
	if !strings.HasPrefix(address, "/v/") || strings.Contains(address, strings.TrimPrefix(path, "/r/")) {
		t.Fatalf("led to %s", address)
	}
	if again := ana.post(path, nil); again.header.Get("Location") != address {
		t.Errorf("tapped twice: %d %s", again.status, again.header.Get("Location"))
	}
	if back := ana.get(path); back.status != 303 || back.header.Get("Location") != address {
		t.Errorf("opened again: %d", back.status)
	}
	wants(t, ana.get(address), 200, "Social Club")
	if n := len(s.viewers(c.ID)); n != 1 {
		t.Errorf("%d viewers", n)
	}
}

// Already in: another link of the campaign leads straight in and keeps its seat.
func TestTwoChainsMeet(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	_, one := s.link(c.ID, "Ana")
	second, two := s.link(c.ID, "Bo")
	ana := s.fan(true)
	address := ana.claim(one)
	if got := ana.get(two); got.status != 303 || got.header.Get("Location") != address {
		t.Errorf("met: %d", got.status)
	}
	if got := ana.post(two, nil); got.header.Get("Location") != address {
		t.Errorf("tapped all the same: %d", got.status)
	}
	l, _, err := s.Link(context.Background(), second.ID)
	if err != nil || l.Claimed != 0 {
		t.Errorf("the seat went: %+v %v", l, err)
	}
}

// A GET writes nothing, whoever asks and however (C4).
func TestGETWritesNothing(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	_, path := s.link(c.ID, "Ana")
	_, other := s.link(c.ID, "Bo")
	ana := s.fan(true)
	address := ana.claim(path)
	if err := s.FlushSightings(); err != nil {
		t.Fatal(err)
	}
	before := s.store.writes()
	for _, who := range []*fan{ana, s.fan(true), s.fan(false)} {
		for _, agent := range []string{phone, whatsapp, "facebookexternalhit/1.1", "curl/8", ""} {
			who.agent = agent
			for _, at := range []string{path, other, path + "?fbclid=x&utm_source=y", address, path + "x", "/c/" + string(c.ID) + "/x.jpg"} {
				for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
					who.do(method, at, nil, "Sec-Purpose", "prefetch;prerender")
					who.do(method, at, nil, "Range", "bytes=0-511")
				}
			}
		}
	}
	time.Sleep(10 * time.Millisecond)
	if got := len(s.viewers(c.ID)); got != 1 {
		t.Errorf("%d viewers", got)
	}
	// The flush of sightings is the service's own, once a second.
	if n := s.store.writes() - before; n > 3 {
		t.Errorf("%d writes", n)
	}
}

// No cookies: one more button, then the player itself in the answer.
func TestCookiesLost(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	_, path := s.link(c.ID, "Ana")
	f := s.fan(false)
	asked := f.post(path, nil)
	wants(t, asked, 200, "One more tap", ">Watch</button>")
	if n := len(s.viewers(c.ID)); n != 0 {
		t.Fatalf("%d viewers after one tap without a cookie", n)
	}
	in := f.post(path, hidden(asked.body))
	wants(t, in, 200, "Social Club")
	as := hidden(in.body).Get(asField)
	if as == "" {
		t.Error("no session carried")
	}
	if !strings.Contains(in.header.Get("Content-Security-Policy"), "media-src") {
		t.Error("the player under the landing page's policy")
	}
	again := f.post(path, hidden(asked.body))
	wants(t, again, 200)
	if n := len(s.viewers(c.ID)); n != 1 {
		t.Errorf("%d viewers after tapping again", n)
	}
}

// Cookies come back after all: the second tap is an ordinary one.
func TestCookiesLate(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	_, path := s.link(c.ID, "Ana")
	f := s.fan(true)
	asked := f.post(path, nil)
	wants(t, asked, 200, "One more tap")
	if got := f.post(path, hidden(asked.body)); got.status != 303 {
		t.Errorf("second tap: %d", got.status)
	}
	machine := s.fan(true)
	machine.agent = whatsapp
	_, two := s.link(c.ID, "Bo")
	machine.get(two)
	wants(t, machine.post(two, nil), 200, "One more tap")
	if n := len(s.viewers(c.ID)); n != 1 {
		t.Errorf("%d viewers: a fetcher's single POST counted", n)
	}
}

// A candidate of another campaign, forged or of another purpose is nobody.
func TestForgedCandidate(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	_, path := s.link(c.ID, "Ana")
	other, err := s.player.signCandidate(s.Campaign().ID, "0000000000000000000abc")
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{other, "x", strings.TrimPrefix(path, "/r/")} {
		wants(t, s.fan(false).post(path, url.Values{candidateField: {value}}), 200, "One more tap")
	}
	if n := len(s.viewers(c.ID)); n != 0 {
		t.Errorf("%d viewers", n)
	}
}

// The viewer's address in another browser asks; it signs nobody in.
func TestSecondJar(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	_, path := s.link(c.ID, "Ana")
	address := s.fan(true).claim(path)
	me := func() seen {
		f := s.fan(true)
		wants(t, f.get(address), 200, "another app", "name=\"how\" value=\"me\"")
		return f.post(address, url.Values{howField: {howMe}})
	}
	for range 2 {
		if got := me(); got.status != 303 || got.header.Get("Location") != address {
			t.Errorf("it's me: %d %s", got.status, got.header.Get("Location"))
		}
	}
	wants(t, me(), 409, "two more browsers", `value="passed"`)
	f := s.fan(true)
	f.get(address)
	got := f.post(address, url.Values{howField: {howPassed}})
	wants(t, got, 303)
	if got.header.Get("Location") == address {
		t.Error("passed on, and the same viewer")
	}
	all := s.viewers(c.ID)
	if len(all) != 2 || !all[1].Copied || all[1].Parent != all[0].ID || len(all[0].Browsers) != 2 {
		t.Errorf("%+v", all)
	}
	if got := f.get(address); got.header.Get("Location") == "" || got.header.Get("Location") == address {
		t.Errorf("somebody else's address: %d", got.status)
	}
	// Without cookies the answer given stays given over the second tap.
	none := s.fan(false)
	asked := none.post(address, url.Values{howField: {howPassed}})
	wants(t, asked, 200, "One more tap", `name="how" value="passed"`)
	wants(t, none.post(address, hidden(asked.body)), 200, "Social Club")
}

// Past the copies the page keeps its poster's place and says how to ask.
func TestTaken(t *testing.T) {
	s := newStage(t)
	c := s.campaign(func(c *release.Campaign) { c.Copies = 0 })
	_, path := s.link(c.ID, "Ana")
	s.fan(true).claim(path)
	f := s.fan(true)
	wants(t, f.get(path), 200, ">Watch</button>") // nothing is learned by asking
	got := f.post(path, nil)
	wants(t, got, 409, "Somebody already came in by this link", "api.whatsapp.com/send?text=", "sms:?&amp;body=", "mailto:")
	if strings.Contains(strings.SplitN(got.body, "<main", 2)[1], "/r/") {
		t.Error("the message holds a link")
	}
}

// What is foreign is refused; odd and missing headers refuse nobody.
func TestOrigin(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	_, path := s.link(c.ID, "Ana")
	f := s.fan(true)
	f.get(path)
	for _, h := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		if got := f.post(path, nil, h...); got.status != http.StatusForbidden {
			t.Errorf("%v: %d", h, got.status)
		}
	}
	for _, h := range [][]string{{"Sec-Fetch-Site", "odd"}, {"Origin", "null"}, {"Origin", s.server.URL}, {}} {
		if got := f.post(path, nil, h...); got.status != 303 {
			t.Errorf("%v: %d", h, got.status)
		}
	}
}

// A full disk: said in words, with the button again; then it works.
func TestFullDisk(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	_, path := s.link(c.ID, "Ana")
	f := s.fan(true)
	f.get(path)
	s.store.mu.Lock()
	s.store.fail = release.No(release.Unavailable, "store.full")
	s.store.mu.Unlock()
	got := f.post(path, nil)
	wants(t, got, 503, "try again in a minute", ">Watch</button>")
	if got.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	s.store.mu.Lock()
	s.store.fail = nil
	s.store.mu.Unlock()
	wants(t, f.post(path, nil), 303)
}
