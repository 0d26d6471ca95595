package player

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"passalong/release"
	"passalong/release/media"
	"passalong/release/releasetest"
	"passalong/release/web"
	"passalong/tokens"
)

// User agents of people and of a machine known by name.
const (
	phone    = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
	whatsapp = "WhatsApp/2.23.20.0 A"
)

// stage is a player over a real store, with real files, on a real server.
type stage struct {
	*releasetest.World
	t      testing.TB
	player *Player
	server *httptest.Server
	store  *countingStore
	log    *syncBuffer
	clip   []byte
}

// countingStore counts write transactions.
type countingStore struct {
	release.Store
	mu      sync.Mutex
	updates int
	fail    error
}

func (s *countingStore) Update(ctx context.Context, fn func(release.Tx) error) error {
	s.mu.Lock()
	s.updates++
	fail := s.fail
	s.mu.Unlock()
	if fail != nil {
		return fail
	}
	return s.Store.Update(ctx, fn)
}

func (s *countingStore) writes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.updates
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func newStage(t testing.TB) *stage {
	t.Helper()
	w := releasetest.New(t)
	st := &stage{World: w, t: t, log: &syncBuffer{}}
	st.store = &countingStore{Store: w.Bolt}
	if err := w.Service.Close(); err != nil { // in its place one that counts writes
		t.Fatal(err)
	}
	service := release.New(release.Options{Store: st.store, Rand: w, Kid: func() string { return "1" }})
	keys, err := tokens.Create(filepath.Join(w.Dir, "keys.json"), tokens.Options{Now: w.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	files, err := media.Open(filepath.Join(w.Dir, "media"), media.Options{})
	if err != nil {
		t.Fatal(err)
	}
	st.server = httptest.NewUnstartedServer(nil)
	site, err := web.NewSite("http://"+st.server.Listener.Addr().String(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewJSONHandler(st.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	st.player, err = New(Options{Service: service, Keys: keys, Media: files, Site: site, Log: log, Now: w.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	st.server.Config.Handler = web.RequestLog{Log: log}.Wrap(st.player)
	st.server.Start()
	t.Cleanup(func() {
		st.server.Close()
		if err := st.player.Close(); err != nil {
			t.Error(err)
		}
		_ = files.Close()
		if t.Failed() {
			t.Logf("log:\n%s", st.log.String())
		}
	})
	st.Service = service
	return st
}

// campaign is an open campaign with a clip whose bytes are really there: one
// megabyte for sixty seconds, with page images of a paper beside it.
func (s *stage) campaign(edit ...func(*release.Campaign)) release.Campaign {
	s.t.Helper()
	ctx := context.Background()
	c := s.Campaign(edit...)
	s.clip = bytes.Repeat([]byte("passalong clip\n\x00"), 1<<16)
	if err := os.WriteFile(filepath.Join(s.Dir, "media", "clip"), s.clip, 0o600); err != nil {
		s.t.Fatal(err)
	}
	assets, err := s.Assets(ctx, c.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, a := range assets {
		if _, err := s.ChangeAsset(ctx, a.ID, func(a *release.Asset) error {
			a.Ref, a.Bytes = "clip", int64(len(s.clip))
			return nil
		}); err != nil {
			s.t.Fatal(err)
		}
	}
	c, err = s.Service.Campaign(ctx, c.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// link is a seed's path.
func (s *stage) link(c release.CampaignID, name string) (release.Link, string) {
	s.t.Helper()
	l := s.Seed(c, name)
	return l, s.path(l)
}

func (s *stage) path(l release.Link) string {
	s.t.Helper()
	token, err := s.player.signLink(l)
	if err != nil {
		s.t.Fatal(err)
	}
	return "/r/" + token
}

// fan is a browser.
type fan struct {
	s      *stage
	client *http.Client
	agent  string
	lang   string
}

// fan opens a browser; with jar it keeps cookies.
func (s *stage) fan(keepsCookies bool) *fan {
	f := &fan{s: s, agent: phone, lang: "en", client: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if keepsCookies {
		f.client.Jar, _ = cookiejar.New(nil)
	}
	return f
}

// seen is an answer.
type seen struct {
	status int
	header http.Header
	body   string
}

func (f *fan) do(method, path string, form url.Values, header ...string) seen {
	f.s.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	if !strings.HasPrefix(path, "http") {
		path = f.s.server.URL + path
	}
	r, err := http.NewRequest(method, path, body)
	if err != nil {
		f.s.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("User-Agent", f.agent)
	r.Header.Set("Accept-Language", f.lang)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := f.client.Do(r)
	if err != nil {
		f.s.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		f.s.t.Fatal(err)
	}
	return seen{answer.StatusCode, answer.Header, string(b)}
}

func (f *fan) get(path string, header ...string) seen { return f.do("GET", path, nil, header...) }
func (f *fan) post(path string, form url.Values, header ...string) seen {
	if form == nil {
		form = url.Values{}
	}
	return f.do("POST", path, form, header...)
}

// claim opens a link and taps; it returns the viewer's address.
func (f *fan) claim(path string) string {
	f.s.t.Helper()
	if got := f.get(path); got.status != 200 {
		f.s.t.Fatalf("landing: %d\n%s", got.status, got.body)
	}
	got := f.post(path, nil)
	if got.status != http.StatusSeeOther {
		f.s.t.Fatalf("claim: %d\n%s", got.status, got.body)
	}
	return got.header.Get("Location")
}

var hiddenForm = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)">`)

// hidden reads a page's hidden fields.
func hidden(body string) url.Values {
	out := url.Values{}
	for _, m := range hiddenForm.FindAllStringSubmatch(body, -1) {
		out.Set(m[1], m[2])
	}
	return out
}

func (s *stage) viewers(c release.CampaignID) []release.Viewer {
	s.t.Helper()
	var out []release.Viewer
	err := s.Bolt.View(context.Background(), func(tx release.Tx) error {
		return tx.Viewers(c, 0, func(v release.Viewer) bool { out = append(out, v); return true })
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func wants(t testing.TB, got seen, status int, parts ...string) {
	t.Helper()
	if got.status != status {
		t.Errorf("status %d, want %d", got.status, status)
	}
	for _, part := range parts {
		if !strings.Contains(got.body, part) {
			t.Errorf("the page lacks %q:\n%s", part, strings.SplitN(got.body, "</style>", 2)[len(strings.SplitN(got.body, "</style>", 2))-1])
		}
	}
}
