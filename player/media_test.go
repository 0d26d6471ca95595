package player

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"passalong/release"
	"passalong/tokens"
)

// inside claims a link and gives the fan, their session and the clip's base.
func (s *stage) inside(c release.CampaignID) (*fan, session, release.Asset, string) {
	s.t.Helper()
	_, path := s.link(c, "Ana")
	f := s.fan(true)
	f.claim(path)
	all := s.viewers(c)
	in := session{Viewer: all[len(all)-1]}
	assets, err := s.Assets(context.Background(), c)
	if err != nil {
		s.t.Fatal(err)
	}
	base, err := s.player.mediaBase(in, assets[0])
	if err != nil {
		s.t.Fatal(err)
	}
	return f, in, assets[0], base
}

// Ranges: one at a time, exact, with the length told.
func TestMediaRanges(t *testing.T) {
	s := newStage(t)
	f, _, _, base := s.inside(s.campaign().ID)
	size := strconv.Itoa(len(s.clip))
	for _, tc := range []struct {
		ask, part string
		status    int
		want      []byte
	}{
		{"", "", 200, s.clip},
		{"bytes=0-1", "bytes 0-1/" + size, 206, s.clip[:2]},
		{"bytes=100-", "bytes 100-" + strconv.Itoa(len(s.clip)-1) + "/" + size, 206, s.clip[100:]},
		{"bytes=-16", "bytes " + strconv.Itoa(len(s.clip)-16) + "-" + strconv.Itoa(len(s.clip)-1) + "/" + size, 206, s.clip[len(s.clip)-16:]},
		{"bytes=0-0,2-2", "bytes */" + size, 416, nil},
		{"bytes=" + strings.Repeat("0-0,", 900) + "1-1", "bytes */" + size, 416, nil},
		{"bytes=99999999-", "bytes */" + size, 416, nil},
	} {
		got := f.get(base+fileContent, "Range", tc.ask)
		if got.status != tc.status || got.header.Get("Content-Range") != tc.part || tc.want != nil && got.body != string(tc.want) {
			t.Errorf("%.20s: %d %q, %d bytes", tc.ask, got.status, got.header.Get("Content-Range"), len(got.body))
		}
	}
	got := f.get(base + fileContent)
	if got.header.Get("Content-Type") != "video/mp4" || !strings.Contains(got.header.Get("Content-Security-Policy"), "sandbox") ||
		got.header.Get("Cache-Control") != "private, no-store" || got.header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("%v", got.header)
	}
	if got := f.get(base+fileContent, "If-None-Match", got.header.Get("Etag")); got.status != 304 {
		t.Errorf("the same again: %d", got.status)
	}
}

// Who may have it: the holder of the token, in that viewer's browser or in one
// without cookies, while they are inside.
func TestMediaAdmits(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	ctx := context.Background()
	f, in, a, base := s.inside(c.ID)
	other, _, _, _ := s.inside(c.ID)
	wants(t, s.fan(false).get(base+fileContent), 200)
	wants(t, other.get(base+fileContent), 404)
	for _, name := range []string{"nothing", "480.mp4", "page-1.jpg", "words-en.vtt", filePoster} {
		wants(t, f.get(base+name), 404)
	}
	unknown, err := s.player.mediaBase(in, release.Asset{ID: release.AssetIDOf(strings.Repeat("0", 22))})
	if err != nil {
		t.Fatal(err)
	}
	wants(t, f.get(unknown+fileContent), 404)
	s.Clock.Add(a.MediaLife() - time.Second)
	wants(t, f.get(base+fileContent), 200)
	if _, err := s.RevokeViewer(ctx, in.Viewer.ID, true); err != nil {
		t.Fatal(err)
	}
	wants(t, f.get(base+fileContent, "If-None-Match", `"clip"`), 404)
	if _, err := s.RevokeViewer(ctx, in.Viewer.ID, false); err != nil {
		t.Fatal(err)
	}
	wants(t, f.get(base+fileContent), 200)
	s.Clock.Add(time.Second)
	wants(t, f.get(base+fileContent), 404)
}

// A file is kept under its own name, in any script, and never shown.
func TestDownload(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	f, _, a, base := s.inside(c.ID)
	if _, err := s.ChangeAsset(context.Background(), a.ID, func(a *release.Asset) error { a.Name = "été \"1\".mp4"; return nil }); err != nil {
		t.Fatal(err)
	}
	got := f.get(base + fileDownload)
	if d := got.header.Get("Content-Disposition"); d != "attachment; filename*=utf-8''%C3%A9t%C3%A9%20_1_.mp4" {
		t.Errorf("%s", d)
	}
	if got.header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("%s", got.header.Get("Content-Type"))
	}
}

// slowRead opens a large file and reads a little of it.
func (s *stage) slowRead(f *fan, url string) *http.Response {
	s.t.Helper()
	r, err := http.NewRequest("GET", s.server.URL+url, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := f.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := io.ReadFull(answer.Body, make([]byte, 1000)); err != nil {
		s.t.Fatal(err)
	}
	return answer
}

// A stream that runs while its viewer is revoked ends within five seconds, and
// does not look whole.
func TestRevokedMidStream(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	f, in, _, base := s.inside(c.ID)
	large, err := os.Create(filepath.Join(s.Dir, "media", "clip"))
	if err != nil {
		t.Fatal(err)
	}
	const size = 64 << 20 // more than the sockets hold
	if err := errors.Join(large.Truncate(size), large.Close()); err != nil {
		t.Fatal(err)
	}
	answer := s.slowRead(f, base+fileContent)
	defer answer.Body.Close()
	if _, err := s.RevokeViewer(context.Background(), in.Viewer.ID, true); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	for {
		s.player.live.mu.Lock()
		n := len(s.player.live.running)
		s.player.live.mu.Unlock()
		if n == 0 {
			break
		}
		if time.Since(begun) > 5*time.Second {
			t.Fatal("still running after five seconds")
		}
		time.Sleep(50 * time.Millisecond)
	}
	n, err := io.Copy(io.Discard, answer.Body)
	if err == nil || n > size-1000 {
		t.Errorf("%d bytes, %v", n, err)
	}
}

// One viewer has a bounded number of streams; others have theirs.
func TestStreamCap(t *testing.T) {
	s := newStage(t)
	var open []*stream
	for range maxStreams {
		one, err := s.player.live.begin("vwr_a", http.NewResponseController(nil), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, one)
	}
	if _, err := s.player.live.begin("vwr_a", nil, time.Minute); !release.Is(err, release.TooMany) {
		t.Errorf("one more: %v", err)
	}
	other, err := s.player.live.begin("vwr_b", nil, time.Minute)
	if err != nil {
		t.Error(err)
	}
	s.player.live.end(other)
	for _, one := range open {
		s.player.live.end(one)
	}
	if len(s.player.live.running) != 0 {
		t.Error("streams left")
	}
}

// Without script a view is told from three seconds' bytes, once, and only at
// addresses that say so.
func TestInferredView(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	f, in, a, base := s.inside(c.ID)
	viewed := func() bool {
		time.Sleep(100 * time.Millisecond)
		v := s.viewers(c.ID)[0]
		return !v.Viewed.IsZero() && v.Inferred
	}
	f.get(base + fileContent)                                              // with script: it reports by itself
	f.do("HEAD", base+fileContent+stillMark, nil)                          // no bytes
	f.get(base+fileContent+stillMark, "Range", "bytes=0-1000")             // under a second
	f.get(base+fileContent+stillMark, "Sec-Purpose", "prefetch;prerender") // nobody looks
	if viewed() {
		t.Fatal("a view of nothing")
	}
	three := int(float64(len(s.clip)) * 3 / a.Duration)
	f.get(base+fileContent+stillMark, "Range", "bytes=1001-"+strconv.Itoa(three))
	if !viewed() {
		t.Error("no view after three seconds of bytes")
	}
	_ = in
}

// A file that was downloaded whole is a view.
func TestDownloadIsAView(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	f, _, _, base := s.inside(c.ID)
	f.get(base+fileDownload, "Range", "bytes=0-9999")
	f.get(base+fileDownload, "Range", "bytes=10000-")
	time.Sleep(100 * time.Millisecond)
	if v := s.viewers(c.ID)[0]; v.Viewed.IsZero() {
		t.Error("no view")
	}
}

// A token opens only what its purpose says (T9).
func TestPurposesByRoute(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	ctx := context.Background()
	f, in, a, base := s.inside(c.ID)
	_ = f
	mk := func(p tokens.Purpose, id, sub string) string {
		token, err := s.player.Keys.Sign(tokens.Claims{Purpose: p, ID: id, Subject: sub, Expires: s.Clock.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	viewer, link := release.Bare(in.Viewer.ID), release.Bare(in.Viewer.Link)
	address, err := s.player.signAddress(in.Viewer)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{
		"link":       mk(tokens.Link, link, ""),
		"candidate":  mk(tokens.Candidate, in.Viewer.Candidate, release.Bare(c.ID)),
		"viewer":     address,
		"session":    mk(tokens.Viewer, viewer, in.Viewer.Candidate),
		"media":      strings.Split(base, "/")[2],
		"hand-over":  mk(tokens.HandOver, link, viewer),
		"return":     mk(tokens.Return, link, viewer),
		"report":     mk(tokens.Report, viewer, ""),
		"sign-in":    mk(tokens.SignIn, viewer, viewer),
		"link of us": mk(tokens.Link, viewer, ""), // good, and names no link
	}
	fits := map[string]string{"/r/%": "link", "/v/%": "viewer", "/m/%/content": "media"}
	for route, want := range fits {
		for name, token := range all {
			s.Clock.Add(badEvery) // guessing is limited; this is not what is tested
			got := s.fan(false).get(strings.Replace(route, "%", token, 1))
			if (got.status == 200) != (name == want) || name != want && got.status != 404 {
				t.Errorf("%s at %s: %d", name, route, got.status)
			}
		}
	}
	// No other place is read: not the query, not a header, not a foreign cookie (T15).
	got := s.fan(false).get("/r/x?token="+all["link"], "Authorization", "Bearer "+all["link"], "Cookie", "token="+all["link"])
	wants(t, got, 404)
	// The address of one viewer with the session of another is nobody's.
	_, other, _, _ := s.inside(c.ID)
	foreign, err := s.player.signSession(other.Viewer, other.Viewer.Candidate)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(ctx, "POST", "/v/"+address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(asHeader, foreign)
	if _, err := s.player.viewer(r, address); !errors.Is(err, errElsewhere) {
		t.Errorf("another's session: %v", err)
	}
	r.Header.Set(asHeader, all["viewer"]) // an address is no session
	if _, err := s.player.viewer(r, address); !errors.Is(err, errElsewhere) {
		t.Errorf("an address as a session: %v", err)
	}
	r.Header.Set(asHeader, all["session"])
	if got, err := s.player.viewer(r, address); err != nil || got.Carried == "" {
		t.Errorf("a carried session: %v", err)
	}
	r.Method = "GET"
	if _, err := s.player.viewer(r, address); !errors.Is(err, errElsewhere) {
		t.Errorf("a carried session on GET: %v", err)
	}
	_ = a
}
