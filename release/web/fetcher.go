package web

import (
	"net/http"
	"strings"

	"passalong/release"
)

// FetcherKind is what sort of thing asked.
type FetcherKind string

// The kinds. They label statistics and choose the card; none ever refuses a
// request: everything that protects a link is the gesture.
const (
	Person  FetcherKind = "person"  // a browser's shape
	Preview FetcherKind = "preview" // fetched the card for a chat, a mail, a page
	Scanner FetcherKind = "scanner" // crawlers, security scanners, monitors
	Library FetcherKind = "library" // a programmer's HTTP library, or nothing at all
	App     FetcherKind = "app"     // an app's own HTTP stack: ambiguous
)

// Fetcher is what a request tells of who sent it. Every text in it comes from
// a fixed set, except the version; the user agent itself is kept nowhere.
type Fetcher struct {
	Kind     FetcherKind
	Name     string          // "whatsapp", "browser", "bot": the class of a sighting
	Channel  release.Channel // where such a fetcher or in-app browser belongs
	Card     release.Channel // the card's variant: Channel for previews, else none
	Class    string          // "iphone/instagram", "android", "whatsapp": code of a class
	Device   string          // iphone, ipad, android, tablet, windows, mac, linux, chromeos, tv, phone, other
	InApp    string          // "instagram"; "webview" when unnamed; "" in a browser
	OS       string          // ios, android, windows, macos, linux, chromeos, other
	Version  string          // of the OS, "17.5.1"; "" when not told
	Prefetch bool            // a browser fetched ahead of its person, or showed a long-press preview
}

// Machine tells whether the request is known to come from no person.
func (f Fetcher) Machine() bool {
	return f.Kind == Preview || f.Kind == Scanner || f.Kind == Library
}

// Opens tells whether a GET of the landing page counts as an open: a person's
// browser that was not fetching ahead.
func (f Fetcher) Opens() bool { return f.Kind == Person && !f.Prefetch }

// Sees is the kind of sighting a landing GET of this fetcher is.
func (f Fetcher) Sees() release.SightingKind {
	if f.Opens() {
		return release.SightOpen
	}
	return release.SightPreview
}

// Fetch classifies a request by its User-Agent and the headers of browsers
// that fetch ahead.
func Fetch(r *http.Request) Fetcher {
	f := FetchUA(r.UserAgent())
	if f.Name == "prefetch" || ahead(r.Header) {
		f.Prefetch = true
	}
	return f
}

// ahead reads the headers by which browsers say that nobody looks yet.
func ahead(h http.Header) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		v := strings.ToLower(h.Get(name))
		for _, word := range []string{"prefetch", "prerender", "preview", "instant"} {
			if strings.Contains(v, word) {
				return true
			}
		}
	}
	return false
}

// maxUA bounds the work on one user agent; marks stand well before it.
const maxUA = 2048

// FetchUA classifies a user agent alone. Order matters: what names itself a
// machine, then people in apps' browsers, then machines by their general
// marks, and at last shapes.
func FetchUA(ua string) Fetcher {
	if len(ua) > maxUA {
		ua = ua[:maxUA]
	}
	ua = strings.TrimSpace(ua)
	low := strings.ToLower(ua)
	if low == "" {
		return machine(Library, "none", release.ChannelNone)
	}
	shaped := browserShape(low)
	if f, ok := whatsapp(low); ok {
		return f
	}
	if m, ok := named(fetcherData().Machines, low); ok {
		return machine(m.Kind, m.Name, m.Channel)
	}
	if mailClient(low) && !addressed(low) {
		return app(low)
	}
	if shaped && !addressed(low) {
		if a, ok := named(fetcherData().Apps, low); ok {
			return person(low, a.Name, a.Channel)
		}
	}
	if f, ok := generic(low, shaped); ok {
		return f
	}
	switch {
	case shaped:
		return person(low, "", release.ChannelNone)
	case appStack(low):
		return app(low)
	}
	return machine(Scanner, "bot", release.ChannelNone)
}

// whatsapp tells its fetcher ("WhatsApp/2.23.20.0 A") from its own HTTP stack
// ("WhatsApp/2.11.92 Android/2.2.1 Device/…"). Exactly "WhatsApp/2" is Signal,
// which the table knows.
func whatsapp(low string) (Fetcher, bool) {
	if !strings.HasPrefix(low, "whatsapp") || low == "whatsapp/2" {
		return Fetcher{}, false
	}
	if strings.HasPrefix(low, "whatsapp+") || strings.Contains(low, "device/") {
		f := app(low)
		f.Name, f.Class, f.Channel = "whatsapp-app", "whatsapp-app", release.WhatsApp
		return f, true
	}
	return machine(Preview, "whatsapp", release.WhatsApp), true
}

func machine(k FetcherKind, name string, c release.Channel) Fetcher {
	f := Fetcher{Kind: k, Name: name, Class: name, Channel: c, Device: "other", OS: "other"}
	if k == Preview {
		f.Card = c
	}
	return f
}

func app(low string) Fetcher {
	f := Fetcher{Kind: App, Name: "app", Class: "app"}
	f.Device, f.OS, f.Version = platform(low)
	return f
}

func person(low, inApp string, c release.Channel) Fetcher {
	f := Fetcher{Kind: Person, Name: "browser", InApp: inApp, Channel: c}
	f.Device, f.OS, f.Version = platform(low)
	if f.InApp == "" && webview(low) {
		f.InApp = "webview"
	}
	f.Class = f.Device
	if f.InApp != "" {
		f.Name = f.InApp
		f.Class += "/" + f.InApp
	}
	return f
}

// SplitClass reads Fetcher.Class: a person's device and in-app browser, or a
// machine's name and "".
func SplitClass(class string) (device, inApp string) {
	device, inApp, _ = strings.Cut(class, "/")
	return device, inApp
}
