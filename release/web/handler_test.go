package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"passalong/release"
)

func answer(t *testing.T, e Errors, err error, header ...string) (*httptest.ResponseRecorder, map[string]any) {
	t.Helper()
	r := httptest.NewRequest("GET", "/r/x", nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	e.Handle(func(http.ResponseWriter, *http.Request) error { return err }).ServeHTTP(w, r)
	var got map[string]any
	if e.Page == nil {
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatalf("%v: %s", err, w.Body)
		}
	}
	return w, got
}

func TestKindsAreMapped(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		detail string
	}{
		{release.Bad("title", "campaign.title"), 422, "A campaign needs a title."},
		{release.No(release.NotFound, "campaign.unknown"), 404, "There is no such campaign."},
		{release.No(release.Revoked, "link.revoked"), 404, "This link was withdrawn."},
		{release.No(release.Conflict, "asset.last"), 409, ""},
		{release.No(release.Taken, "link.taken"), 409, ""},
		{release.No(release.Quota, "share.quota", "n", 10), 409, "You have passed it on 10 times, that was all of them."},
		{release.No(release.TooDeep, "share.too_deep"), 409, ""},
		{release.No(release.Forbidden, "share.not_yours"), 403, ""},
		{release.No(release.Unsigned, "staff.signed_out"), 401, ""},
		{release.No(release.Paused, "campaign.paused"), 503, ""},
		{release.No(release.NotYet, "campaign.not_yet"), 503, ""},
		{release.No(release.Unavailable, "store.full"), 503, ""},
		{release.No(release.Closed, "campaign.closed"), 410, "This campaign is over."},
		{release.No(release.TooMany, "too_many", "wait", 90*time.Second), 429, ""},
		{release.No(release.Quota, "no.such_key"), 409, "No share is left."},
		{fmt.Errorf("deeper: %w", release.No(release.Taken, "link.taken")), 409, "Somebody already came in by this link."},
		{errors.New("pq: secret table"), 500, "Something went wrong."},
		{release.No(release.Internal, "campaign.title"), 500, "Something went wrong."},
		{context.DeadlineExceeded, 503, "This can’t be saved right now. Try again in a few seconds."},
		{&http.MaxBytesError{Limit: 1 << 20}, 413, ""},
	} {
		w, got := answer(t, Errors{Log: slog.New(slog.DiscardHandler)}, c.err)
		if w.Code != c.status || got["status"] != float64(c.status) {
			t.Errorf("%v: status %d, body %v, want %d", c.err, w.Code, got["status"], c.status)
		}
		if detail := got["detail"].(string); detail == "" || strings.Contains(detail, ".") && strings.HasPrefix(detail, "errors") || c.detail != "" && detail != c.detail {
			t.Errorf("%v: says %q, want %q", c.err, detail, c.detail)
		}
		if w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("Cache-Control") != "private, no-store" {
			t.Errorf("%v: headers %v", c.err, w.Header())
		}
		if strings.Contains(w.Body.String(), "secret") {
			t.Errorf("something internal reached the client: %s", w.Body)
		}
	}
}

func TestRetryAfterAndLanguage(t *testing.T) {
	e := Errors{Log: slog.New(slog.DiscardHandler)}
	w, got := answer(t, e, release.No(release.TooMany, "too_many", "wait", 90*time.Second), "Accept-Language", "fr-FR,fr;q=0.9")
	if w.Header().Get("Retry-After") != "90" || !strings.HasPrefix(got["detail"].(string), "Trop d’essais.") {
		t.Errorf("Retry-After %q, says %q", w.Header().Get("Retry-After"), got["detail"])
	}
}

// Outside, a withdrawn link and one that never was are the same answer.
func TestFansCannotTellRevokedFromUnknown(t *testing.T) {
	e := Errors{Log: slog.New(slog.DiscardHandler), Fans: true}
	a, _ := answer(t, e, release.No(release.Revoked, "link.revoked"))
	b, _ := answer(t, e, release.No(release.NotFound, "link.unknown"))
	if a.Code != b.Code || a.Body.String() != b.Body.String() {
		t.Errorf("%d %s\n%d %s", a.Code, a.Body, b.Code, b.Body)
	}
}

func TestCauseIsLoggedOnceWithTheRequest(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(RedactHandler(slog.NewJSONHandler(&out, nil)))
	mux := http.NewServeMux()
	token := "k1." + strings.Repeat("abcDEF12", 6) + "." + strings.Repeat("Zy-_", 10) + "abc"
	mux.Handle("GET /r/{token}", Errors{Log: log}.Handle(func(http.ResponseWriter, *http.Request) error {
		return fmt.Errorf("disk %s broke", token)
	}))
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/r/"+token+"?x=1", nil)
	r.Header.Set("User-Agent", "Secret/1")
	RequestLog{Log: log, Rand: bytes.NewReader(make([]byte, 8))}.Wrap(mux).ServeHTTP(w, r)
	text := out.String()
	if strings.Count(text, "broke") != 1 || strings.Count(text, `"request":"0000000000000000"`) != 2 {
		t.Errorf("log: %s", text)
	}
	for _, never := range []string{token, "abcDEF12", "Secret/1", "192.0.2.1", "x=1"} {
		if strings.Contains(text, never) {
			t.Errorf("%q is in the log: %s", never, text)
		}
	}
	for _, want := range []string{`"route":"GET /r/{token}"`, `"status":500`, `"kind":"internal"`, `"took":`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in the log: %s", want, text)
		}
	}
	if !strings.Contains(w.Body.String(), `"request":"0000000000000000"`) || w.Header().Get(IDHeader) != "0000000000000000" {
		t.Errorf("the client was not told the id: %s", w.Body)
	}
}

func TestPanicIsAnswered(t *testing.T) {
	var out bytes.Buffer
	e := Errors{Log: slog.New(slog.NewJSONHandler(&out, nil))}
	w := httptest.NewRecorder()
	e.Handle(func(http.ResponseWriter, *http.Request) error { panic("boom in the engine") }).
		ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 500 || strings.Contains(w.Body.String(), "boom") || !strings.Contains(out.String(), "boom") {
		t.Errorf("%d %s; log %s", w.Code, w.Body, out.String())
	}
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("a panic after the answer began did not cut it")
		}
	}()
	e.Handle(func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = w.Write([]byte("half"))
		panic("later")
	}).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
}

func TestErrorAfterTheAnswerBeganChangesNothing(t *testing.T) {
	w := httptest.NewRecorder()
	Errors{Log: slog.New(slog.DiscardHandler)}.Handle(func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = w.Write([]byte("whole"))
		return errors.New("late")
	}).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 200 || w.Body.String() != "whole" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

func TestPageGetsTheProblem(t *testing.T) {
	e := Errors{Log: slog.New(slog.DiscardHandler), Page: func(w http.ResponseWriter, _ *http.Request, p Problem) {
		w.WriteHeader(p.Status)
		fmt.Fprintf(w, "<p>%s %s", p.Kind, p.Sentence)
	}}
	w, _ := answer(t, e, release.No(release.Closed, "campaign.closed"))
	if w.Code != 410 || w.Body.String() != "<p>closed This campaign is over." {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestRender(t *testing.T) {
	w := httptest.NewRecorder()
	broken := errors.New("template")
	if err := Render(w, 200, "text/html", func(b *bytes.Buffer) error { b.WriteString("half"); return broken }); !errors.Is(err, broken) || w.Body.Len() > 0 {
		t.Errorf("%v, wrote %q", err, w.Body)
	}
	if err := Render(w, 410, "text/html", func(b *bytes.Buffer) error { b.WriteString("é"); return nil }); err != nil || w.Code != 410 || w.Header().Get("Content-Length") != "2" {
		t.Errorf("%v %d %v", err, w.Code, w.Header())
	}
}
