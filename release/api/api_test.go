package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"passalong/release"
	"passalong/release/api"
	"passalong/release/media"
	"passalong/release/releasetest"
	"passalong/release/web"
	"passalong/tokens"
)

type world struct {
	*releasetest.World
	api   *api.API
	owner http.Handler
}

func newWorld(t *testing.T) world {
	t.Helper()
	w := releasetest.New(t)
	keys, err := tokens.Create(filepath.Join(w.Dir, "keys.json"), tokens.Options{Now: w.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	files, err := media.Open(filepath.Join(w.Dir, "media"), media.Options{})
	if err != nil {
		t.Fatal(err)
	}
	site, err := web.NewSite("https://clip.example", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := api.New(api.Options{Service: w.Service, Keys: keys, Media: files, Site: site, Log: slog.New(slog.DiscardHandler), Now: w.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close(); _ = files.Close() })
	return world{w, a, a.Owner()}
}

func ask(h http.Handler, method, path, kind, body string, head ...string) (int, string) {
	r := httptest.NewRequest(method, "https://clip.example"+path, strings.NewReader(body))
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	b, _ := io.ReadAll(w.Body)
	return w.Code, string(b)
}

// Nothing is told to nobody: every operation of the document answers 401.
func TestEveryOperationWantsAKey(t *testing.T) {
	w := newWorld(t)
	_, doc := ask(w.owner, "GET", "/api/openapi.json", "", "")
	var parsed struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal([]byte(doc), &parsed); err != nil || len(parsed.Paths) < 25 {
		t.Fatalf("%d paths: %v", len(parsed.Paths), err)
	}
	for path, methods := range parsed.Paths {
		for method := range methods {
			if method == "parameters" {
				continue
			}
			address := strings.NewReplacer("{id}", "cmp_x", "{asset}", "ast_x", "{link}", "lnk_x", "{viewer}", "vwr_x", "{kid}", "1", "{key}", "key_x", "{lang}", "fr").Replace(path)
			if code, body := ask(w.api, strings.ToUpper(method), address, "application/json", `{"nonsense":1}`); code != 401 {
				t.Errorf("%s %s: %d %s", method, path, code, body)
			}
		}
	}
}

func TestScopesOfKeys(t *testing.T) {
	w := newWorld(t)
	_, bearer, err := w.NewAPIKey(t.Context(), "", "reader", []release.Scope{release.ScopeRead})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, path string
		want         int
	}{{"GET", "/api/v1/campaigns", 200}, {"POST", "/api/v1/campaigns", 403}, {"GET", "/api/v1/backup", 403}, {"POST", "/api/v1/signins", 403}} {
		if code, body := ask(w.api, c.method, c.path, "application/json", `{"title":"x"}`, "Authorization", "Bearer "+bearer); code != c.want {
			t.Errorf("%s %s: %d, want %d: %s", c.method, c.path, code, c.want, body)
		}
	}
	if code, _ := ask(w.api, "GET", "/api/v1/campaigns", "", "", "Authorization", "Bearer "+bearer+"x"); code != 401 {
		t.Errorf("a wrong secret: %d", code)
	}
}

func TestCrossSitePostWithACookieIsRefused(t *testing.T) {
	w := newWorld(t)
	in, err := w.NewSignIn(t.Context(), "Ana")
	if err != nil {
		t.Fatal(err)
	}
	_, secret, err := w.UseSignIn(t.Context(), in.ID)
	if err != nil {
		t.Fatal(err)
	}
	cookie := web.StaffCookie().Key(true) + "=" + secret
	if code, body := ask(w.api, "POST", "/api/v1/campaigns", "application/json", `{"title":"x"}`, "Cookie", cookie, "Sec-Fetch-Site", "cross-site"); code < 400 {
		t.Errorf("cross-site: %d %s", code, body)
	}
	if code, body := ask(w.api, "POST", "/api/v1/campaigns", "application/json", `{"title":"x"}`, "Cookie", cookie, "Sec-Fetch-Site", "same-origin"); code != 201 {
		t.Errorf("same-origin: %d %s", code, body)
	}
}

// One bad row of many mints nothing, and says its line and column.
func TestOneBadRowMintsNothing(t *testing.T) {
	w := newWorld(t)
	c := w.Campaign()
	var list strings.Builder
	list.WriteString("name,channel\n")
	for i := range 10_000 {
		channel := "whatsapp"
		if i == 6_000 {
			channel = "pigeon"
		}
		fmt.Fprintf(&list, "Fan %d,%s\n", i, channel)
	}
	path := "/api/v1/campaigns/" + string(c.ID) + "/seeds"
	code, body := ask(w.owner, "POST", path, "text/csv", list.String())
	if code != 422 || !strings.Contains(body, `"line":6002`) || !strings.Contains(body, `"column":"channel"`) {
		t.Fatalf("%d %.300s", code, body)
	}
	if links, _ := w.Links(t.Context(), c.ID, 0, 10, nil); len(links) != 0 {
		t.Fatalf("%d links were minted", len(links))
	}
	code, body = ask(w.owner, "POST", path+"?skip_bad=true", "text/csv", list.String(), "Accept", "text/csv")
	if code != 200 || strings.Count(body, "https://clip.example/r/") != 9_999 {
		t.Fatalf("%d, %d links", code, strings.Count(body, "https://clip.example/r/"))
	}
}

// C9: the same key with another body is refused, and the first result kept.
func TestIdempotencyKey(t *testing.T) {
	w := newWorld(t)
	c := w.Campaign()
	path := "/api/v1/campaigns/" + string(c.ID) + "/seeds"
	post := func(body string) (int, string) {
		return ask(w.owner, "POST", path, "application/json", body, "Idempotency-Key", "k1")
	}
	_, one := post(`{"people":[{"name":"Ana"}]}`)
	_, two := post(`{"people":[{"name":"Ana"}]}`)
	code, _ := post(`{"people":[{"name":"Bo"}]}`)
	id := func(s string) string { return s[strings.Index(s, "lnk_"):][:26] }
	if id(one) != id(two) || code != 422 {
		t.Fatalf("%s\n%s\n%d", one, two, code)
	}
	if links, _ := w.Links(t.Context(), c.ID, 0, 10, nil); len(links) != 1 {
		t.Fatalf("%d links", len(links))
	}
}

func TestBadInputNamesItsField(t *testing.T) {
	w := newWorld(t)
	for body, field := range map[string]string{
		`{"title":""}`:                       "title",
		`{"title":"x","accent":"red"}`:       "accent",
		`{"title":"x","then":"javascript:"}`: "then",
		`{"title":"x","for":"-3h"}`:          "for",
		`{"title":"x","tz":"Mars/Olympus"}`:  "tz",
	} {
		code, said := ask(w.owner, "POST", "/api/v1/campaigns", "application/json", body)
		if code != 422 || !strings.Contains(said, `"field":"`+field+`"`) {
			t.Errorf("%s: %d %s", body, code, said)
		}
	}
	if code, _ := ask(w.owner, "POST", "/api/v1/campaigns", "application/json", `{"title":"x","surprise":1}`); code != 422 {
		t.Errorf("an unknown field: %d", code)
	}
	c := w.Campaign()
	for name, body := range map[string]string{"clip.mp4": "this is text", "empty.pdf": ""} {
		if code, said := ask(w.owner, "POST", "/api/v1/campaigns/"+string(c.ID)+"/assets?name="+name, "", body); code != 422 || !strings.Contains(said, "detail") {
			t.Errorf("%s: %d %s", name, code, said)
		}
	}
	if code, _ := ask(w.api, "GET", "/api/docs", "", ""); code != 200 {
		t.Errorf("docs: %d", code)
	}
}
