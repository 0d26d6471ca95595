package player

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"passalong/release"
	"passalong/release/words"
)

// everything adds one asset of each kind, captions, leaves and a small
// rendition to a campaign.
func (s *stage) everything(c release.Campaign) {
	s.t.Helper()
	ctx := s.t.Context()
	if err := os.WriteFile(filepath.Join(s.Dir, "media", "text"), []byte("# Bonjour\n\n<script>x</script>"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	assets, err := s.Assets(ctx, c.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, a := range assets {
		if _, err := s.ChangeAsset(ctx, a.ID, func(a *release.Asset) error {
			if a.Kind == release.Video {
				a.Captions = []release.Caption{{Lang: "fr", Ref: "x"}, {Lang: "pt-BR", Ref: "y"}}
				a.Sizes = []release.Rendition{{Height: 720, Ref: "a"}, {Height: 480, Ref: "b"}}
			} else {
				a.Leaves = []string{"l1", "l2"}
			}
			return nil
		}); err != nil {
			s.t.Fatal(err)
		}
	}
	for _, a := range []release.Asset{
		{Kind: release.Audio, Name: "a.mp3", Ref: "clip", Duration: 2}, {Kind: release.Image, Name: "i.jpg", Ref: "clip", Width: 4, Height: 3},
		{Kind: release.Article, Name: "t.md", Ref: "text"}, {Kind: release.File, Name: `"><script>.zip`, Ref: "clip", Bytes: 1500},
	} {
		a.Campaign = c.ID
		if _, err := s.AddAsset(ctx, a); err != nil {
			s.t.Fatal(err)
		}
	}
}

var unsaid = regexp.MustCompile(`\b(player|share|errors|units)\.[a-z_.]+[a-z]\b`)

func TestWatchPages(t *testing.T) {
	s := newStage(t)
	c := s.campaign(func(c *release.Campaign) { c.Tone = "tu" })
	s.everything(c)
	f, address, v := s.guest(c.ID, "ana")
	f.post(address+"/share", map[string][]string{"channel": {"copy"}, "link": {string(v.Reserved[0])}})
	for _, lang := range []string{"en", "fr"} {
		f.lang = lang
		for _, path := range []string{address, address + "?plain=1", address + "/links", address + "/links?part=1"} {
			got := f.get(path)
			wants(t, got, 200)
			body := got.body
			if i := strings.Index(body, "</style>"); i > 0 {
				body = body[i:]
			}
			if key := unsaid.FindString(body); key != "" {
				t.Errorf("%s %s says %s", lang, path[len(address):], key)
			}
			for _, bad := range []string{" onclick", " onerror", "javascript:", " style=", "<script>", "ZgotmplZ", "<no value>"} {
				if strings.Contains(body, bad) {
					t.Errorf("%s %s holds %q", lang, path[len(address):], bad)
				}
			}
		}
	}
	wants(t, f.get(address), 200, "Fais passer", "Je te fais passer", `srclang="pt-BR" label="português"`, `page-1.jpg`,
		`content?still=1`, "<h3>Bonjour</h3>", `"small":"/m/`, `action="`+address+`/share"`)
	plain := f.get(address + "?plain=1")
	if strings.Contains(plain.body, "<script") || strings.Contains(plain.body, "<noscript") {
		t.Error("the plain page has script")
	}
	wants(t, plain, 200, "<video controls autoplay playsinline preload=\"none\"")
	wants(t, f.get(address, "Save-Data", "on"), 200, "/480.mp4?still=1")
}

// What is committed is what the recipe wrote, and small enough for a thin line.
func TestBundles(t *testing.T) {
	sums, err := os.ReadFile("static/SUMS")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(sums)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		code, err := os.ReadFile(filepath.Join("static", name))
		if err != nil {
			t.Fatal(err)
		}
		if got := sha256.Sum256(code); hex.EncodeToString(got[:]) != sum {
			t.Errorf("%s is not what SUMS says: run go generate ./player", name)
		}
		if name != "watch.js" {
			continue
		}
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(code); err != nil || z.Close() != nil {
			t.Fatal(err)
		}
		if b.Len() > 25_000 {
			t.Errorf("watch.js has %d bytes compressed", b.Len())
		}
	}
}

// Below five, people further down could be told apart.
func TestChainSays(t *testing.T) {
	say := words.In(words.English)
	for _, c := range []struct {
		opened, below int
		want          string
	}{
		{0, 0, ""}, {1, 1, "1 friend opened it"}, {2, 3, "2 friends opened it, and a few further down"}, {1, 4, "1 friend opened it, and a few further down"},
		{3, 7, "3 friends opened it · 7 people through you"}, {5, 5, "5 friends opened it"},
	} {
		if got := chain(say, []handed{{Opened: c.opened}}, c.below); got != c.want {
			t.Errorf("%d opened, %d below: %q, want %q", c.opened, c.below, got, c.want)
		}
	}
}
