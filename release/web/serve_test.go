package web

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"passalong/release"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestHeadersGolden(t *testing.T) {
	var out strings.Builder
	show := func(name string, set func(http.Header)) {
		h := http.Header{}
		set(h)
		fmt.Fprintf(&out, "# %s\n", name)
		keys := make([]string, 0, len(h))
		for k := range h {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			fmt.Fprintf(&out, "%s: %s\n", k, h.Get(k))
		}
		out.WriteByte('\n')
	}
	page := FanPage{Secure: true, Styles: []string{StyleHash("p{}")}, Forms: []string{"https://t.me", "sms:", "evil; script-src *"}}
	show("fan, https", func(h http.Header) { FanHeaders(h, page) })
	show("fan, http", func(h http.Header) { FanHeaders(h, FanPage{Styles: []string{NonceSource("n")}}) })
	show("console", func(h http.Header) { ConsoleHeaders(h, true) })
	show("api", func(h http.Header) { APIHeaders(h, true) })
	show("media", func(h http.Header) { MediaHeaders(h, true) })
	show("card", func(h http.Header) { CardHeaders(h, true) })
	show("download", func(h http.Header) { DownloadHeaders(h, true, "Été \"1\"/\r\nX: y.pdf") })
	const golden = "testdata/headers.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || out.String() != string(want) {
		t.Errorf("%v; headers differ from %s, which -update writes anew:\n%s", err, golden, out.String())
	}
}

func TestStream(t *testing.T) {
	streams, changed := NewStreams(2, 1), make(chan struct{}, 1)
	handler := Errors{}.Handle(func(w http.ResponseWriter, r *http.Request) error {
		n := 0
		return streams.Serve(w, r, "k", Stream{Changed: changed, Gap: time.Millisecond, Heartbeat: 20 * time.Millisecond,
			Read: func(_ context.Context, last string) (Message, error) {
				n++
				return Message{ID: fmt.Sprint(n), Name: "report", Data: []byte("after " + last + "\nline")}, nil
			}})
	})
	server := httptest.NewServer(handler)
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	r, _ := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
	r.Header.Set("Last-Event-ID", "7")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	in := bufio.NewReader(resp.Body)
	until := func(want string) {
		t.Helper()
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				t.Fatalf("no %q: %v", want, err)
			}
			if strings.TrimSpace(line) == want {
				return
			}
		}
	}
	until("id: 1")
	until("event: report")
	until("data: after 7")
	until("data: line")
	until(":") // the heartbeat
	changed <- struct{}{}
	until("data: after 1")
	second, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	second.Body.Close()
	if second.StatusCode != 503 || second.Header.Get("Retry-After") != "30" {
		t.Errorf("one too many: %d, Retry-After %q", second.StatusCode, second.Header.Get("Retry-After"))
	}
	cancel()
	for end := time.Now().Add(3 * time.Second); streams.Open() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the stream outlived its reader")
		}
	}
	streams.Close()
	resp, err = http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(resp.Body); err != nil {
		t.Errorf("a stopped server cuts instead of ending: %v", err)
	}
	resp.Body.Close()
}

func TestMessageCannotBeForged(t *testing.T) {
	got := string(Message{ID: "1\ndata: x", Name: "a\rb", Data: []byte("one\r\ntwo\rthree")}.bytes())
	if got != "id: 1data: x\nevent: ab\ndata: one\ndata: two\ndata: three\n\n" {
		t.Errorf("%q", got)
	}
}

func TestQR(t *testing.T) {
	link := "https://clip.example/r/" + strings.Repeat("a", 110)
	var svg, text, picture bytes.Buffer
	if err := QRSVG(&svg, link); err != nil || !strings.HasPrefix(svg.String(), "<svg") || svg.Len() > 40_000 {
		t.Errorf("svg: %v, %d bytes", err, svg.Len())
	}
	if err := QRPNG(&picture, link, 600); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(picture.Bytes()))
	if err != nil || img.Bounds().Dx() < 600 {
		t.Fatalf("png: %v %v", err, img.Bounds())
	}
	code, _ := encodeQR(link)
	scale := img.Bounds().Dx() / (code.Size + 2*quiet)
	for y := range code.Size {
		for x := range code.Size {
			r, _, _, _ := img.At((x+quiet)*scale, (y+quiet)*scale).RGBA()
			if (r == 0) != code.Black(x, y) {
				t.Fatalf("module %d,%d differs", x, y)
			}
		}
	}
	if err := QRText(&text, link); err != nil || len([]rune(strings.SplitN(text.String(), "\n", 2)[0])) > 80 {
		t.Errorf("text: %v\n%s", err, text.String())
	}
	if err := QRSVG(io.Discard, strings.Repeat("x", 5000)); !release.Is(err, release.Invalid) {
		t.Errorf("too long: %v", err)
	}
}

func TestStatic(t *testing.T) {
	script := strings.Repeat("export const a = 1;\n", 100)
	s, err := NewStatic(fstest.MapFS{"app.js": {Data: []byte(script)}, "img/a.png": {Data: []byte("png")}}, "static")
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	hashed := s.URL("app.js")
	if !strings.HasPrefix(hashed, "/static/app.") || len(hashed) != len("/static/app.0123456789.js") {
		t.Fatalf("address %s", hashed)
	}
	w := get(hashed)
	if w.Code != 200 || w.Body.String() != script || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	z := get(hashed, "Accept-Encoding", "br, gzip")
	if z.Header().Get("Content-Encoding") != "gzip" || z.Body.Len() >= len(script)/2 || z.Header().Get("Etag") == w.Header().Get("Etag") {
		t.Errorf("gzip: %v, %d bytes", z.Header(), z.Body.Len())
	}
	if again := get(hashed, "Accept-Encoding", "gzip", "If-None-Match", z.Header().Get("Etag")); again.Code != 304 {
		t.Errorf("again: %d", again.Code)
	}
	if off := get(hashed, "Accept-Encoding", "gzip;q=0"); off.Header().Get("Content-Encoding") != "" {
		t.Error("gzip for who refused it")
	}
	if plain := get("/static/app.js"); plain.Code != 200 || plain.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("plain name: %d %v", plain.Code, plain.Header())
	}
	for _, path := range []string{"/static/", "/static/img", "/static/app.0000000000.js", "/app.js", "/static/../app.js"} {
		if w := get(path); w.Code != 404 || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
