package web

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// spy stands where net/http's writer stands, and tells who came by.
type spy struct {
	http.ResponseWriter
	readFrom int
}

func (s *spy) ReadFrom(r io.Reader) (int64, error) {
	s.readFrom++
	return s.ResponseWriter.(io.ReaderFrom).ReadFrom(r)
}
func (s *spy) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// A file goes to the socket by the inner ReadFrom, which is where sendfile is.
func TestWrappedWriterKeepsSendfile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "clip.mp4")
	want := bytes.Repeat([]byte("0123456789"), 200_000)
	if err := os.WriteFile(name, want, 0o600); err != nil {
		t.Fatal(err)
	}
	var seen spy
	var done Answered
	handler := RequestLog{Log: slog.New(slog.DiscardHandler), Done: func(a Answered) { done = a }}.Wrap(
		Errors{}.Handle(func(w http.ResponseWriter, r *http.Request) error {
			rc := http.NewResponseController(w)
			if err := rc.SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Errorf("write deadline: %v", err)
			}
			if err := rc.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Errorf("read deadline: %v", err)
			}
			http.ServeFile(w, r, name)
			return nil
		}))
	finished := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(finished)
		seen.ResponseWriter = w
		handler.ServeHTTP(&seen, r)
	}))
	defer server.Close()
	resp, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%v, %d bytes of %d", err, len(got), len(want))
	}
	<-finished
	if seen.readFrom == 0 {
		t.Error("the file was copied through Write: no sendfile")
	}
	if done.Bytes != int64(len(want)) || done.Status != 200 {
		t.Errorf("noted %+v", done)
	}
}

func TestWriterFlushes(t *testing.T) {
	rec := httptest.NewRecorder()
	w := record(rec)
	w.WriteHeader(http.StatusEarlyHints)
	if w.Began() {
		t.Error("an informational header is no answer")
	}
	if err := http.NewResponseController(w).Flush(); err != nil || !rec.Flushed || !w.Began() {
		t.Errorf("%v, flushed %v", err, rec.Flushed)
	}
}
