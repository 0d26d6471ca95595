package player

import (
	"net/http"
	"strings"
	"testing"

	"passalong/release"
)

// Every route carries its headers, whatever it answers, and nothing private
// may be kept by a cache.
func TestHeadersOnEveryRoute(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	f, in, _, base := s.inside(c.ID)
	address, err := s.player.signAddress(in.Viewer)
	if err != nil {
		t.Fatal(err)
	}
	_, path := s.link(c.ID, "Bo")
	for _, rt := range s.player.routes() {
		method, pattern, ok := strings.Cut(rt.pattern, " ")
		if !ok {
			method, pattern = "GET", rt.pattern
		}
		good := strings.NewReplacer("/r/{token}", path, "/v/{token}", "/v/"+address, "/m/{token}/{file}", base+fileContent,
			"{campaign}", string(c.ID), "{file}", "x.jpg", "{link}", string(in.Viewer.Link)).Replace(pattern)
		bad := strings.NewReplacer("{token}", "x", "{campaign}", "x", "{file}", "x", "{link}", "x").Replace(pattern)
		for _, at := range []string{good, bad} {
			got := f.do(method, at, nil)
			for name, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "", "Content-Security-Policy": "default-src 'none'",
				"Cross-Origin-Resource-Policy": "", "Cross-Origin-Opener-Policy": "same-origin", "Permissions-Policy": "camera=()",
			} {
				value := got.header.Get(name)
				if name == "Permissions-Policy" && rt.surface == surfaceMedia { // sandboxed bytes ask for nothing
					continue
				}
				if value == "" || !strings.Contains(value, want) {
					t.Errorf("%s %s (%d): %s is %q", method, pattern, got.status, name, value)
				}
			}
			csp := got.header.Get("Content-Security-Policy")
			if strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
				t.Errorf("%s %s: %s", method, pattern, csp)
			}
			public := rt.surface == surfaceCard || rt.surface == surfaceStatic
			if cc := got.header.Get("Cache-Control"); !strings.Contains(cc, "no-store") && (!public || got.status >= 400) {
				t.Errorf("%s %s (%d): Cache-Control %q", method, pattern, got.status, cc)
			}
			if got.status >= 500 {
				t.Errorf("%s %s: %d", method, pattern, got.status)
			}
		}
	}
}

// No token of a whole visit stands in the log (I11).
func TestNoTokenInLog(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	f, in, _, base := s.inside(c.ID)
	address, err := s.player.signAddress(in.Viewer)
	if err != nil {
		t.Fatal(err)
	}
	_, path := s.link(c.ID, "Bo")
	canaries := []string{path[3:], address, strings.Split(base, "/")[2]}
	f.get(path)
	f.get(path + "x?token=" + path[3:])
	f.post(path, nil)
	f.get("/v/" + address)
	f.get(base + fileContent)
	f.get(base + "none")
	f.get("/elsewhere/" + address)
	asked := s.fan(false).post(path, nil)
	canaries = append(canaries, hidden(asked.body).Get(candidateField))
	s.fan(false).post(path, hidden(asked.body))
	log := s.log.String()
	if !strings.Contains(log, "GET /r/{token}") {
		t.Fatal("nothing was logged")
	}
	for _, canary := range canaries {
		if len(canary) < 100 {
			t.Fatalf("no canary: %q", canary)
		}
		if strings.Contains(log, canary) || strings.Contains(log, canary[5:60]) {
			t.Error("a token in the log")
		}
	}
}

// Staff see what the recipient will see and never count.
func TestStaffNeverCount(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	_, path := s.link(c.ID, "Ana")
	s.player.Staff = func(*http.Request) bool { return true }
	f := s.fan(true)
	wants(t, f.get(path), 200, "Staff preview, nothing is counted", "Social Club")
	f.post(path, nil)
	wants(t, f.post(path, nil), 200, "Staff preview")
	if n := len(s.viewers(c.ID)); n != 0 {
		t.Errorf("%d viewers", n)
	}
}

// Text on the accent colour is readable on any of them, and so is the accent
// as text.
func TestContrast(t *testing.T) {
	for r := 0; r < 256; r += 15 {
		for g := 0; g < 256; g += 15 {
			for b := 0; b < 256; b += 15 {
				c := colour{float64(r) / 255, float64(g) / 255, float64(b) / 255}
				on, ok := parseColour(onColour(c))
				if !ok || contrast(c, on) < 4.5 {
					t.Fatalf("%s on %s: %.2f", onColour(c), c.hex(), contrast(c, on))
				}
				for _, ground := range []string{darkGround, lightGround} {
					page, _ := parseColour(ground)
					written, _ := parseColour(readable(c, ground).hex())
					if contrast(written, page) < 4.5 {
						t.Fatalf("%s as text on %s: %.2f", c.hex(), ground, contrast(written, page))
					}
				}
			}
		}
	}
	for _, bad := range []string{"", "red", "#12345", "#12345g", "#1234567", "123456"} {
		if _, ok := parseColour(bad); ok {
			t.Errorf("%q is a colour", bad)
		}
	}
}

// Hostile names stay text (W1).
func TestHostileNames(t *testing.T) {
	s := newStage(t)
	for _, name := range []string{`</title><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `javascript:alert(1)`, `{{.CSS}}`, "</style><script>"} {
		c := s.campaign(func(c *release.Campaign) { c.Title, c.By, c.Intro, c.Legal.Publisher = name, name, name, name })
		_, path := s.link(c.ID, name)
		got := s.fan(false).get(path)
		if strings.Contains(got.body, "<script") || strings.Contains(got.body, "<img src=x") || strings.Count(got.body, "</style>") != 1 {
			t.Errorf("%q came through", name)
		}
	}
}
