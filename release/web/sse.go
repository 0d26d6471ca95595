package web

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"passalong/release"
)

// Message is one server-sent event. An empty Data says nothing.
type Message struct {
	ID   string // what the browser sends back as Last-Event-ID; "" leaves it
	Name string // the event's name; "" is "message"
	Data []byte
}

// Stream is what one reader follows. Read is asked at the start and after
// changes, so that any number of changes while the reader was slow becomes one
// message.
type Stream struct {
	Changed <-chan struct{} // a tick after a change; closed = the stream is over
	// Read gives the state now; last is the ID the reader saw last, "" at first.
	Read func(ctx context.Context, last string) (Message, error)

	Gap       time.Duration // least time between two messages; 250 ms when 0
	Heartbeat time.Duration // a comment when nothing was said for so long; 15 s when 0
	Write     time.Duration // most time for one write; 10 s when 0
}

// Streams counts the readers, in all and per key, and ends them.
type Streams struct {
	total, perKey int
	mu            sync.Mutex
	open          map[string]int
	sum           int
	stop          chan struct{}
	stopped       sync.Once
}

// NewStreams allows total readers at once, perKey of one key.
func NewStreams(total, perKey int) *Streams {
	return &Streams{total: total, perKey: perKey, open: map[string]int{}, stop: make(chan struct{})}
}

// Close ends every stream: a server that stops waits for none.
func (s *Streams) Close() { s.stopped.Do(func() { close(s.stop) }) }

// Open tells how many readers there are.
func (s *Streams) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sum
}

func (s *Streams) enter(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sum >= s.total || s.open[key] >= s.perKey {
		return false
	}
	s.sum++
	s.open[key]++
	return true
}

func (s *Streams) leave(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sum--
	if s.open[key]--; s.open[key] == 0 {
		delete(s.open, key)
	}
}

// Serve answers text/event-stream until the reader leaves, Changed closes,
// Read fails or the server stops. An error is returned only before the answer
// has begun: too many readers, or a first Read that fails.
func (s *Streams) Serve(w http.ResponseWriter, r *http.Request, key string, st Stream) error {
	if !s.enter(key) {
		return release.No(release.Unavailable, "stream.full", "wait", 30*time.Second)
	}
	defer s.leave(key)
	st.Gap, st.Heartbeat, st.Write = or(st.Gap, 250*time.Millisecond), or(st.Heartbeat, 15*time.Second), or(st.Write, 10*time.Second)

	ctx, last := r.Context(), oneLine(r.Header.Get("Last-Event-ID"))
	m, err := st.Read(ctx, last)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold the events back
	h.Del("Content-Length")
	out := sender{w, http.NewResponseController(w), st.Write}
	defer out.rest()
	if err := out.send(append([]byte("retry: 3000\n\n"), m.bytes()...)); err != nil {
		return nil // the reader left; nobody is there to be told
	}
	if m.ID != "" {
		last = m.ID
	}
	s.follow(ctx, out, st, last)
	return nil
}

func (s *Streams) follow(ctx context.Context, out sender, st Stream, last string) {
	beat := time.NewTimer(st.Heartbeat)
	defer beat.Stop()
	for {
		said := []byte(":\n\n")
		select {
		case <-ctx.Done():
			return
		case <-s.stop:
			return
		case <-beat.C:
		case _, ok := <-st.Changed:
			if !ok {
				return
			}
			m, err := st.Read(ctx, last)
			if err != nil {
				return // the browser comes back by itself
			}
			if said = m.bytes(); len(said) > 0 && m.ID != "" {
				last = m.ID
			}
		}
		if len(said) == 0 {
			continue
		}
		if out.send(said) != nil {
			return
		}
		beat.Reset(st.Heartbeat)
		select { // what changes in the gap is one change
		case <-time.After(st.Gap):
		case <-ctx.Done():
			return
		case <-s.stop:
			return
		}
	}
}

// sender writes with a deadline, so that a stalled reader holds nothing.
type sender struct {
	w     http.ResponseWriter
	rc    *http.ResponseController
	limit time.Duration
}

func (s sender) send(b []byte) error {
	_ = s.rc.SetWriteDeadline(time.Now().Add(s.limit)) // not all writers have one
	if _, err := s.w.Write(b); err != nil {
		return err
	}
	return s.rc.Flush()
}

// rest takes the deadline off a connection that may serve on.
func (s sender) rest() { _ = s.rc.SetWriteDeadline(time.Time{}) }

// bytes is the message as it goes over the wire; nothing when it has no data.
func (m Message) bytes() []byte {
	if len(m.Data) == 0 {
		return nil
	}
	var b bytes.Buffer
	if m.ID != "" {
		b.WriteString("id: " + oneLine(m.ID) + "\n")
	}
	if m.Name != "" {
		b.WriteString("event: " + oneLine(m.Name) + "\n")
	}
	data := bytes.ReplaceAll(bytes.ReplaceAll(m.Data, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		b.WriteString("data: ")
		b.Write(line)
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	return b.Bytes()
}

func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == 0 {
			return -1
		}
		return r
	}, s)
}

func or(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}
