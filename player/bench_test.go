package player

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// rate asks a server for a while over eight keep-alive connections and gives
// answers per second.
func rate(b *testing.B, client *http.Client, url string, want int64, header ...string) float64 {
	b.Helper()
	const span = 400 * time.Millisecond
	var wg sync.WaitGroup
	var mu sync.Mutex
	n := 0
	begun := time.Now()
	for range 8 {
		wg.Go(func() {
			mine := 0
			for time.Since(begun) < span {
				r, err := http.NewRequest("GET", url, nil)
				if err != nil {
					b.Error(err)
					return
				}
				r.Header.Set("User-Agent", phone)
				r.Header.Set("Accept-Language", "fr-FR,fr;q=0.9,en;q=0.8")
				for i := 0; i+1 < len(header); i += 2 {
					r.Header.Set(header[i], header[i+1])
				}
				answer, err := client.Do(r)
				if err != nil {
					b.Error(err)
					return
				}
				got, err := io.Copy(io.Discard, answer.Body)
				_ = answer.Body.Close()
				if err != nil || got != want {
					b.Errorf("%d bytes, want %d: %v", got, want, err)
					return
				}
				mine++
			}
			mu.Lock()
			n += mine
			mu.Unlock()
		})
	}
	wg.Wait()
	return float64(n) / time.Since(begun).Seconds()
}

// compare prints ours over bare: alternating rounds, the median of five.
func compare(b *testing.B, what string, target float64, ours, bare func() float64) {
	b.Helper()
	ours()
	bare()
	var ratios, all, base []float64
	for range 5 {
		o, p := ours(), bare()
		ratios, all, base = append(ratios, o/p), append(all, o), append(base, p)
	}
	slices.Sort(ratios)
	slices.Sort(all)
	slices.Sort(base)
	fmt.Printf("%s: %.0f/s, bare %.0f/s, ratio %.2f (wanted %.2f)\n", what, all[2], base[2], ratios[2], target)
	b.ReportMetric(ratios[2], "ratio")
	b.ReportMetric(all[2], "answers/s")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkLanding measures GET /r/{token} against a bare handler that writes
// the same bytes, headers included.
func BenchmarkLanding(b *testing.B) {
	s := newStage(b)
	s.player.Log = slog.New(slog.DiscardHandler)
	c := s.campaign()
	_, path := s.link(c.ID, "Ana")
	got := s.fan(false).do("GET", path, nil, "Accept-Language", "fr-FR,fr;q=0.9,en;q=0.8")
	page := []byte(got.body)
	got.header.Del("X-Request-Id")
	s.server.Config.Handler = s.player
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		for name, value := range got.header {
			h[name] = value
		}
		_, _ = w.Write(page)
	}))
	defer bare.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8, DisableCompression: true}}
	defer client.CloseIdleConnections()
	compare(b, "landing", 0.6,
		func() float64 { return rate(b, client, s.server.URL+path, int64(len(page))) },
		func() float64 { return rate(b, client, bare.URL, int64(len(page))) })
}

// BenchmarkMedia measures ranges of 256 KiB against a bare http.ServeContent on
// the same file.
func BenchmarkMedia(b *testing.B) {
	s := newStage(b)
	s.player.Log = slog.New(slog.DiscardHandler)
	c := s.campaign()
	_, in, a, base := s.inside(c.ID)
	_ = in
	file := filepath.Join(s.Dir, "media", a.Ref)
	if err := os.WriteFile(file, bytes.Repeat([]byte("x"), 8<<20), 0o600); err != nil {
		b.Fatal(err)
	}
	s.server.Config.Handler = s.player
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, err := os.Open(file)
		if err != nil {
			b.Error(err)
			return
		}
		defer f.Close()
		w.Header().Set("Content-Type", "video/mp4")
		http.ServeContent(w, r, "", time.Time{}, f)
	}))
	defer bare.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8, DisableCompression: true}}
	defer client.CloseIdleConnections()
	const part = 256 << 10
	compare(b, "media", 0.85,
		func() float64 {
			return rate(b, client, s.server.URL+base+fileContent, part, "Range", "bytes=1048576-1310719")
		},
		func() float64 { return rate(b, client, bare.URL, part, "Range", "bytes=1048576-1310719") })
}
