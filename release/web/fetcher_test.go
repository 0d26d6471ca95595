package web

import (
	"bufio"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"passalong/release"
)

// lines reads a list of user agents: the large one beside the repository when
// it is there, and the small one of the repository always.
func lines(t *testing.T, name string) []string {
	t.Helper()
	var out []string
	for i, dir := range []string{"testdata", filepath.Join("..", "..", "..", "shared", "ua")} {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			if i == 0 {
				t.Fatal(err)
			}
			continue
		}
		defer f.Close()
		scan := bufio.NewScanner(f)
		scan.Buffer(nil, 1<<20)
		for scan.Scan() {
			if s := strings.TrimSpace(scan.Text()); s != "" {
				out = append(out, s)
			}
		}
		if scan.Err() != nil {
			t.Fatal(scan.Err())
		}
	}
	return out
}

func TestMachinesAreLabelled(t *testing.T) {
	all, kinds := lines(t, "bots.txt"), map[FetcherKind]int{}
	missed := 0
	for _, ua := range all {
		f := FetchUA(ua)
		kinds[f.Kind]++
		if !f.Machine() {
			missed++
			t.Logf("%s: %s", f.Kind, ua)
		}
	}
	t.Logf("%d of %d machines labelled, %v", len(all)-missed, len(all), kinds)
	if missed*100 > len(all) {
		t.Errorf("%d of %d machines not labelled, at most 1 %% may be", missed, len(all))
	}
}

func TestPeopleAreNeverMachines(t *testing.T) {
	for _, name := range []string{"inapp.txt", "human.txt"} {
		all, inApp := lines(t, name), map[string]int{}
		for _, ua := range all {
			f := FetchUA(ua)
			if f.Kind != Person {
				t.Errorf("%s is no person (%s): %s", name, f.Kind, ua)
			}
			inApp[f.InApp]++
			if name == "inapp.txt" && f.InApp == "" {
				t.Logf("in-app browser not seen: %s", ua)
			}
		}
		t.Logf("%s: %d people, in-app %v", name, len(all), inApp)
	}
}

func TestAppStacksAreAmbiguous(t *testing.T) {
	all, kinds := lines(t, "ambiguous.txt"), map[FetcherKind]int{}
	for _, ua := range all {
		f := FetchUA(ua)
		kinds[f.Kind]++
		if f.Kind == Person {
			t.Errorf("a person for certain: %s", ua)
		}
		if f.Kind != App {
			t.Logf("%s/%s: %s", f.Kind, f.Name, ua)
		}
	}
	t.Logf("%d stacks: %v", len(all), kinds)
}

func TestFetcherFacts(t *testing.T) {
	const iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
	for _, c := range []struct {
		ua, class string
		kind      FetcherKind
		card      release.Channel
		version   string
	}{
		{iphone + "Mobile/15E148 Instagram 334.0.4.32.98 (iPhone14,5; iOS 17_5_1)", "iphone/instagram", Person, release.ChannelNone, "17.5.1"},
		{iphone + "Version/17.5 Mobile/15E148 Safari/604.1", "iphone", Person, release.ChannelNone, "17.5.1"},
		{iphone + "Mobile/15E148 [FBAN/MessengerForiOS;FBAV/1.0]", "iphone/messenger", Person, release.ChannelNone, "17.5.1"},
		{"Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/96.0 Mobile Safari/537.36", "android", Person, release.ChannelNone, "9"},
		{"WhatsApp/2.23.20.0 A", "whatsapp", Preview, release.WhatsApp, ""},
		{"WhatsApp/2", "signal", Preview, release.Signal, ""},
		{"facebookexternalhit/1.1", "facebook", Preview, release.Messenger, ""},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0", "imessage", Preview, release.SMS, ""},
		{"TelegramBot (like TwitterBot)", "telegram", Preview, release.Telegram, ""},
		{"Dalvik/2.1.0 (Linux; U; Android 13; SM-A536B)", "app", App, release.ChannelNone, "13"},
		{"", "none", Library, release.ChannelNone, ""},
	} {
		f := FetchUA(c.ua)
		if f.Class != c.class || f.Kind != c.kind || f.Card != c.card || f.Version != c.version {
			t.Errorf("%q: %+v", c.ua, f)
		}
	}
}

func TestFetchingAheadIsNoOpen(t *testing.T) {
	for _, h := range [][2]string{{"Sec-Purpose", "prefetch;prerender"}, {"Purpose", "prefetch"}, {"X-Purpose", "preview"}, {"X-Moz", "prefetch"}} {
		r := httptest.NewRequest("GET", "/r/x", nil)
		r.Header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36")
		if f := Fetch(r); !f.Opens() || f.Sees() != release.SightOpen {
			t.Errorf("a person: %+v", f)
		}
		r.Header.Set(h[0], h[1])
		if f := Fetch(r); f.Opens() || f.Machine() || f.Sees() != release.SightPreview {
			t.Errorf("%v: %+v", h, f)
		}
	}
}

// Whatever is sent, the class is one of a small set: it is a key of rows.
func FuzzFetchUA(f *testing.F) {
	f.Add("Mozilla/5.0 (Linux; Android 13; x)")
	f.Add("bot/1 https://x")
	f.Fuzz(func(t *testing.T, ua string) {
		got := FetchUA(ua)
		if got.Kind == "" || got.Name == "" || got.Class == "" || len(got.Class) > 32 || len(got.Version) > 40 ||
			strings.Trim(got.Class, "abcdefghijklmnopqrstuvwxyz0123456789-/") != "" {
			t.Errorf("%q: %+v", ua, got)
		}
	})
}
