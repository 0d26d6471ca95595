package player

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func copyAll(w io.Writer, r io.Reader) (int64, error) { return io.Copy(w, r) }

func (s *stage) acknowledged(got seen) progressAnswer {
	s.t.Helper()
	var a progressAnswer
	if err := json.Unmarshal([]byte(got.body), &a); err != nil || got.status != 200 {
		s.t.Fatalf("%d %s %v", got.status, got.body, err)
	}
	return a
}

func TestProgress(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	f, address, _ := s.guest(c.ID, "ana")
	at := address + "/progress"
	s.Clock.Add(20 * time.Second)
	b := beacon{Asset: 1, Play: "abcdefgh", Spans: [][2]float64{{0, 4}, {10, 12.5}}, Position: 12.5}
	for range 3 { // twice, late: the same
		got := s.acknowledged(f.script(at, b))
		if got.Covered != 6.5 || got.Position != 12.5 || got.Play != b.Play {
			t.Fatalf("%+v", got)
		}
	}
	if v := s.viewers(c.ID)[0]; v.Viewed.IsZero() {
		t.Error("3 seconds are a view")
	}
	// A lie is bounded by the clock: twice 20 s and five.
	b.Spans = [][2]float64{{0, 60}}
	if got := s.acknowledged(f.script(at, b)); got.Covered > 45 {
		t.Errorf("%.1f s covered in 20 s", got.Covered)
	}
	pages := beacon{Asset: 2, Play: "pages001", Pages: map[int]float64{1: 2.5, 2: 0.4, 3: 2, 99: 60}, Position: 3}
	if got := s.acknowledged(f.script(at, pages)); got.Pages != 2 || got.Quarter != 50 {
		t.Errorf("%+v", got)
	}
	// Where the viewer was is in the page.
	wants(t, f.get(address), 200, `"position":12.5`, `"position":3`, `"autoplay":false`)
	// A closed campaign hears who is inside.
	s.Clock.Add(100 * time.Hour)
	if got := s.acknowledged(f.script(at, pages)); got.Pages != 2 {
		t.Errorf("after the close: %+v", got)
	}
	wants(t, f.get(address), 200, "It is over", "<h1>Social Club")
}

func TestProgressRefused(t *testing.T) {
	s := newStage(t)
	c := s.campaign()
	f, address, _ := s.guest(c.ID, "ana")
	at := address + "/progress"
	for body, status := range map[string]int{
		"": 422, "[]": 422, `{"asset":1,"play":"../..","spans":[]}`: 422, `{"asset":300}`: 422,
		`{"asset":9,"play":"a"}`:                           404,
		`{"asset":1,"play":"a","spans":[[1e999,2]]}`:       422,
		`{"asset":1,"play":"` + strings.Repeat("a", 40000): 413,
	} {
		if got := f.script(at, body); got.status != status {
			t.Errorf("%.40q: %d, want %d: %s", body, got.status, status, got.body)
		}
	}
	if got := s.fan(true).script(at, beacon{Asset: 1, Play: "a"}); got.status != http.StatusUnauthorized {
		t.Errorf("from elsewhere: %d", got.status)
	}
	if got := f.do("POST", at, nil, "Sec-Fetch-Site", "cross-site"); got.status != http.StatusForbidden {
		t.Errorf("from another site: %d", got.status)
	}
	// Odd numbers count nothing and break nothing.
	got := s.acknowledged(f.script(at, beacon{Asset: 1, Play: "a", Spans: [][2]float64{{5, 1}, {-9, -1}, {59, 1e300}}, Position: -1}))
	if got.Covered > 1 {
		t.Errorf("%+v", got)
	}
	if p, _ := s.ProgressOf(t.Context(), s.viewers(c.ID)[0].ID); len(p.Assets) != 1 || p.Assets[0].Asset != 1 {
		t.Errorf("%+v", p)
	}
}
