package player

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"passalong/release"
)

// Each state of a campaign has its page, in both languages, on GET and after
// the tap.
func TestStates(t *testing.T) {
	ctx := context.Background()
	for name, tc := range map[string]struct {
		edit     func(*release.Campaign)
		then     func(*stage, release.Campaign)
		en, fr   string
		tap      int
		contains string
	}{
		"not yet": {func(c *release.Campaign) {}, func(s *stage, c release.Campaign) {
			_, err := s.Release(ctx, c.ID, s.Clock.Now().Add(30*time.Minute))
			if err != nil {
				s.t.Fatal(err)
			}
		}, "It opens Tuesday", "Ouverture mardi", 403, `http-equiv="refresh" content="60"`},
		"paused": {func(c *release.Campaign) {}, func(s *stage, c release.Campaign) {
			if _, err := s.Pause(ctx, c.ID, true, false); err != nil {
				s.t.Fatal(err)
			}
		}, "It’s paused", "C’est en pause", 403, "og:image"},
		"closed": {func(c *release.Campaign) { c.Then = "https://youtu.be/x?a=1&b=2" }, func(s *stage, c release.Campaign) {
			s.Clock.Add(100 * time.Hour)
		}, "See it now", "Voir maintenant", 410, `href="https://youtu.be/x?a=1&amp;b=2"`},
		"goodbye": {func(c *release.Campaign) {}, func(s *stage, c release.Campaign) {
			s.Clock.Add(100 * time.Hour)
		}, "now it’s gone", "n’est plus là", 410, "og:image"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			c := s.campaign(tc.edit)
			_, path := s.link(c.ID, "Ana")
			tc.then(s, c)
			f := s.fan(true)
			en := f.get(path)
			wants(t, en, 200, tc.en, tc.contains, `<html lang="en" dir="ltr">`)
			wants(t, f.get(path+"?lang=fr"), 200, tc.fr, `<html lang="fr" dir="ltr">`)
			if strings.Contains(en.body, "<form") {
				t.Error("a button where nothing opens")
			}
			if strings.Contains(strings.Join(en.header.Values("Set-Cookie"), ""), "pc_") {
				t.Error("a candidate where nothing can be claimed")
			}
			wants(t, f.post(path, nil), 200, "One more tap") // no cookie yet: the tap is never refused for what it lacks
			got := f.post(path, nil)
			wants(t, got, tc.tap, tc.en)
			if strings.Contains(got.body, "http-equiv") {
				t.Error("a form's answer that refreshes itself")
			}
		})
	}
}

// Whoever pressed play before the close stays inside.
func TestInsideAfterClose(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	_, path := s.link(c.ID, "Ana")
	ana := s.fan(true)
	address := ana.claim(path)
	s.Clock.Add(100 * time.Hour)
	if got := ana.get(path); got.status != 303 || got.header.Get("Location") != address {
		t.Errorf("%d", got.status)
	}
}

var afterStyle = regexp.MustCompile(`(?s)<style>.*</style>`)

// What opens nothing is one page, byte for byte, whatever the reason.
func TestNothingIsOnePage(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	cut, cutPath := s.link(c.ID, "Ana")
	if _, err := s.RevokeLink(context.Background(), cut.ID, true); err != nil {
		t.Fatal(err)
	}
	_, good := s.link(c.ID, "Bo")
	gone := s.Campaign()
	_, deleted := s.link(gone.ID, "Cy")
	if err := s.DeleteCampaign(context.Background(), gone.ID); err != nil {
		t.Fatal(err)
	}
	flipped := []byte(good)
	flipped[len(flipped)-3] ^= 1
	f := s.fan(false)
	want := f.get("/r/nothing-like-a-link")
	wants(t, want, 404, "This link opens nothing.")
	for _, path := range []string{cutPath, good[:60], good + "x", string(flipped), deleted, "/r/" + strings.Repeat("a", 3000), "/elsewhere", good + "/x", "/r/%0A", "/m" + good[2:] + "/content", "/v" + good[2:]} {
		got := f.get(path)
		if got.status != 404 || got.body != want.body {
			t.Errorf("%.40s…: %d, another page", path, got.status)
		}
	}
	for _, path := range []string{cutPath, deleted, string(flipped)} {
		asked := f.post(path, nil)
		if asked.status == 200 {
			asked = f.post(path, hidden(asked.body))
		}
		if asked.status != 404 || asked.body != want.body {
			t.Errorf("POST %.40s…: %d", path, asked.status)
		}
	}
	// Nothing of the link is echoed, and a 404 can be told in French too.
	wants(t, f.get("/r/x?lang=fr"), 404, "Ce lien n’ouvre rien")
}

// Punctuation and unknown parameters never break a link.
func TestTrailing(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	_, path := s.link(c.ID, "Ana")
	for _, tail := range []string{".", ",", "!", "?", ")", "%29", "%C2%BB", "*", "?fbclid=x", "?utm_source=a&lang=xx", "?fbclid"} {
		if got := s.fan(false).get(path + tail); got.status != 200 {
			t.Errorf("%q: %d", tail, got.status)
		}
	}
}

// Guessers are slowed down; who holds a link is not, from the same address.
func TestBadTokensAreLimited(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	_, path := s.link(c.ID, "Ana")
	f := s.fan(false)
	for range badBurst {
		wants(t, f.get("/r/guess"), 404)
	}
	wants(t, f.get("/r/guess"), 429)
	for range 3 {
		wants(t, f.get(path), 200)
	}
}

// The card: its tags come early, its texts fit, its picture is small and at an
// address that changes with it; a link's fate shows nowhere.
func TestCard(t *testing.T) {
	s := newStage(t)
	c := s.campaign(func(c *release.Campaign) {
		c.Title = strings.Repeat("Très long titre ", 9) + `"><script>`
		c.Intro = strings.Repeat("Une phrase qui ne finit pas ", 9)
	})
	_, path := s.link(c.ID, "Ana")
	machine := s.fan(false)
	machine.agent = whatsapp
	got := machine.get(path)
	early := got.body[:4096]
	meta := func(name string) string {
		m := regexp.MustCompile(`<meta (?:property|name)="` + name + `" content="([^"]*)">`).FindStringSubmatch(early)
		if m == nil {
			t.Fatalf("no %s in the first 4 KB:\n%s", name, early)
		}
		return m[1]
	}
	if n := utf8.RuneCountInString(strings.ReplaceAll(meta("og:title"), "&#34;", `"`)); n > 65 || n < 40 {
		t.Errorf("og:title of %d", n)
	}
	if n := utf8.RuneCountInString(meta("og:description")); n > 155 || n < 100 {
		t.Errorf("og:description of %d", n)
	}
	if meta("og:locale") != "en_US" || meta("twitter:card") != "summary_large_image" {
		t.Error("locale or twitter card")
	}
	for _, never := range []string{"og:url", "og:video", "noindex", "<script"} {
		if strings.Contains(got.body, never) {
			t.Errorf("%s on the page", never)
		}
	}
	if got.header.Get("X-Robots-Tag") == "" || len(got.body) > 16_000 {
		t.Errorf("robots %q, %d bytes", got.header.Get("X-Robots-Tag"), len(got.body))
	}
	image := meta("og:image")
	if !strings.HasPrefix(image, s.server.URL+"/c/"+string(c.ID)+"/") {
		t.Fatalf("image at %s", image)
	}
	picture := machine.get(image)
	if picture.status != 200 || picture.header.Get("Content-Type") != "image/jpeg" || len(picture.body) > 300_000 ||
		!strings.Contains(picture.header.Get("Cache-Control"), "immutable") {
		t.Errorf("picture: %d, %d bytes, %v", picture.status, len(picture.body), picture.header)
	}
	if old := machine.get("/c/" + string(c.ID) + "/0123456789.jpg"); old.status != 200 || strings.Contains(old.header.Get("Cache-Control"), "immutable") {
		t.Errorf("an earlier address: %d %v", old.status, old.header)
	}
	s.fan(true).claim(path)
	if after := machine.get(path); afterStyle.ReplaceAllString(after.body, "") != afterStyle.ReplaceAllString(got.body, "") {
		t.Error("the card tells that the link was claimed")
	}
}

// A part of the landing page, as Facebook asks for it.
func TestLandingRange(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	_, path := s.link(c.ID, "Ana")
	f := s.fan(false)
	whole := f.get(path)
	part := f.get(path, "Range", "bytes=0-99")
	if part.status != 206 || part.body != whole.body[:100] || part.header.Get("Content-Range") == "" {
		t.Errorf("%d, %q", part.status, part.body)
	}
	if all := f.get(path, "Range", "bytes=0-524287"); all.status != 206 || all.body != whole.body {
		t.Errorf("the first 512 KB: %d", all.status)
	}
	if many := f.get(path, "Range", "bytes=0-1,3-4"); many.status != 200 || many.body != whole.body {
		t.Errorf("several ranges: %d", many.status)
	}
	head := f.do("HEAD", path, nil)
	if head.status != 200 || head.header.Get("Content-Length") == "" {
		t.Errorf("HEAD: %d %v", head.status, head.header)
	}
}

// A test link opens in every state and says so.
func TestTestLink(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	links, err := s.Mint(context.Background(), c.ID, []release.Order{{Test: true}})
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Add(100 * time.Hour)
	f := s.fan(true)
	wants(t, f.get(s.path(links[0])), 200, "Test link", ">Watch</button>")
	wants(t, f.post(s.path(links[0]), nil), 303)
}
