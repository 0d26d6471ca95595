package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"passalong/release"
	"passalong/release/words"
)

func site(t *testing.T, base string, trusted ...string) *Site {
	t.Helper()
	p, err := ParseProxies(trusted)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSite(base, []string{"fans.example"}, p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func request(method, host, peer string, header ...string) *http.Request {
	r := httptest.NewRequest(method, "http://"+host+"/r/x", nil)
	r.RemoteAddr = peer
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

func TestClientBehindTrustedProxiesOnly(t *testing.T) {
	s := site(t, "https://clip.example", "10.0.0.0/8", "::1")
	for _, c := range []struct{ peer, forwarded, want string }{
		{"203.0.113.9:1", "", "203.0.113.9"},
		{"203.0.113.9:1", "198.51.100.1", "203.0.113.9"}, // nobody asked this peer
		{"10.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"},
		{"10.0.0.1:1", "6.6.6.6, nonsense, 10.0.0.2", "10.0.0.2"},
		{"[::1]:1", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"},
		{"[::ffff:10.0.0.1]:1", "198.51.100.1:4711", "198.51.100.1"},
		{"@", "198.51.100.1", ""},
	} {
		r := request("GET", "clip.example", c.peer)
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := s.Client(r); got != c.want {
			t.Errorf("%s for %q: %q, want %q", c.peer, c.forwarded, got, c.want)
		}
	}
}

func TestOriginComesFromConfiguration(t *testing.T) {
	s := site(t, "https://clip.example/", "10.0.0.1")
	s.SetHosts([]string{"http://test.example:8080"})
	for _, c := range []struct{ host, peer, forwarded, want string }{
		{"clip.example", "1.1.1.1:1", "", "https://clip.example"},
		{"CLIP.example.:443", "1.1.1.1:1", "", "https://clip.example"},
		{"fans.example", "1.1.1.1:1", "", "https://fans.example"},
		{"test.example:8080", "1.1.1.1:1", "", "http://test.example:8080"},
		{"evil.example", "1.1.1.1:1", "", "https://clip.example"},
		{"localhost:80", "1.1.1.1:1", "fans.example", "https://clip.example"},
		{"localhost:80", "10.0.0.1:1", "fans.example", "https://fans.example"},
		{"localhost:80", "10.0.0.1:1", "evil.example", "https://clip.example"},
	} {
		r := request("GET", c.host, c.peer)
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-Host", c.forwarded)
		}
		if got := s.Origin(r); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
		if s.Secure(r) != strings.HasPrefix(c.want, "https") {
			t.Errorf("%+v: secure %v", c, s.Secure(r))
		}
	}
	for _, bad := range []string{"", "clip.example", "ftp://x", "https://x/path", "https://u@x", "https://"} {
		if _, err := NewSite(bad, nil, nil); err == nil {
			t.Errorf("base %q was accepted", bad)
		}
	}
}

func TestPostCheck(t *testing.T) {
	s := site(t, "https://clip.example")
	for _, c := range []struct {
		header []string
		ok     bool
	}{
		{nil, true},
		{[]string{"Sec-Fetch-Site", "same-origin"}, true},
		{[]string{"Sec-Fetch-Site", "same-site"}, true},
		{[]string{"Sec-Fetch-Site", "none"}, true},
		{[]string{"Sec-Fetch-Site", "odd"}, true},
		{[]string{"Sec-Fetch-Site", "cross-site"}, false},
		{[]string{"Sec-Fetch-Site", "cross-site", "Origin", "https://clip.example"}, false},
		{[]string{"Sec-Fetch-Site", "same-origin", "Origin", "https://evil.example"}, true},
		{[]string{"Origin", "https://clip.example"}, true},
		{[]string{"Origin", "https://fans.example:443"}, true},
		{[]string{"Origin", "http://192.0.2.7:8080"}, true}, // the request's own host
		{[]string{"Origin", "null"}, true},
		{[]string{"Origin", "%%%"}, true},
		{[]string{"Origin", "https://evil.example"}, false},
		{[]string{"Origin", "https://clip.example.evil.example"}, false},
	} {
		err := s.CheckPost(request("POST", "192.0.2.7:8080", "1.1.1.1:1", c.header...))
		if (err == nil) != c.ok || err != nil && !release.Is(err, release.Forbidden) {
			t.Errorf("%v: %v", c.header, err)
		}
	}
	if err := s.CheckStaff(request("POST", "clip.example", "1.1.1.1:1", "Sec-Fetch-Site", "same-site")); !release.Is(err, release.Forbidden) {
		t.Errorf("staff, same-site: %v", err)
	}
	if err := s.CheckStaff(request("POST", "clip.example", "1.1.1.1:1", "Sec-Fetch-Site", "same-origin")); err != nil {
		t.Errorf("staff, same-origin: %v", err)
	}
}

func TestCookies(t *testing.T) {
	c := CandidateCookie("cmp_0123456789abcdefghijkl")
	for _, secure := range []bool{true, false} {
		w := httptest.NewRecorder()
		c.Set(w, secure, "v")
		got := w.Header().Get("Set-Cookie")
		want := "pc_0123456789abcdefghijkl=v; Path=/; Max-Age=5184000; HttpOnly; SameSite=Lax"
		if secure {
			want = "__Host-pc_0123456789abcdefghijkl=v; Path=/; Max-Age=5184000; HttpOnly; Secure; SameSite=Lax"
		}
		if got != want {
			t.Errorf("secure %v:\n%s\n%s", secure, got, want)
		}
	}
	name := c.Key(true)
	r := request("GET", "x", "1.1.1.1:1", "Cookie", name+"=planted; "+name+"=good; "+c.Name+"=plain; "+name+"=planted; "+name+"="+strings.Repeat("x", 2000))
	values := c.Values(r, true)
	if strings.Join(values, " ") != "planted good" {
		t.Errorf("values %q", values)
	}
	got, ok := First(values, func(v string) (string, bool) { return v, v == "good" })
	if !ok || got != "good" {
		t.Errorf("first %q %v", got, ok)
	}
	w := httptest.NewRecorder()
	c.Clear(w, true)
	if !strings.Contains(w.Header().Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("cleared: %s", w.Header().Get("Set-Cookie"))
	}
}

func TestLang(t *testing.T) {
	for _, c := range []struct {
		path, accept, campaign string
		want                   words.Lang
	}{
		{"/r/x", "fr-CA, en;q=0.5", "", words.French},
		{"/r/x?lang=en", "fr", "fr", words.English},
		{"/r/x?lang=xx", "fr", "", words.French},
		{"/r/x", "", "fr", words.French},
		{"/r/x", "*", "fr", words.French},
		{"/r/x", "en", "fr", words.English},
		{"/r/x", "", "", words.English},
	} {
		r := httptest.NewRequest("GET", c.path, nil)
		if c.accept != "" {
			r.Header.Set("Accept-Language", c.accept)
		}
		if got := Lang(r, c.campaign); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	r := httptest.NewRequest("GET", "/v/x?lang=fr", nil)
	if got := KeepLang(r, "/v/x/share"); got != "/v/x/share?lang=fr" {
		t.Error(got)
	}
	if got := SwitchLang(r, words.English); got != "/v/x?lang=en" {
		t.Error(got)
	}
}

func TestLimit(t *testing.T) {
	now := time.Unix(0, 0)
	l := newLimit(2, time.Minute, func() time.Time { return now }, 2)
	for i, want := range []bool{true, true, false, false} {
		if err := l.Take("a"); (err == nil) != want || err != nil && !release.Is(err, release.TooMany) {
			t.Fatalf("try %d: %v", i, err)
		}
	}
	if l.Check("a") == nil || l.Check("b") != nil || l.Take("b") != nil {
		t.Error("one key's tries are another's")
	}
	p := ProblemOf(l.Check("a"), words.In(words.English))
	if p.Wait < 60*time.Second || p.Wait > 61*time.Second {
		t.Errorf("come back in %v", p.Wait)
	}
	now = now.Add(time.Minute)
	if l.Check("a") != nil || l.Take("a") != nil || l.Take("a") == nil {
		t.Error("one try a minute comes back, and Check takes none")
	}
	for _, k := range []string{"c", "d", "e"} {
		_ = l.Take(k)
	}
	if l.keys.Len() != 2 {
		t.Errorf("%d keys in memory, want 2", l.keys.Len())
	}
}
