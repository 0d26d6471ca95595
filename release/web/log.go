package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// RequestLog writes one line per request: id, method, route pattern, status,
// bytes, duration. Never the path (it may be a link), an address, a user agent
// or a query.
type RequestLog struct {
	Log  *slog.Logger     // slog.Default() when nil
	Rand io.Reader        // request ids; crypto/rand when nil
	Now  func() time.Time // time.Now when nil
	// Done is told each finished request, for metrics; may be nil.
	Done func(Answered)
}

// Answered is one finished request.
type Answered struct {
	Method string
	Route  string // the pattern, "none" when no route matched
	Status int
	Bytes  int64
	Took   time.Duration
}

// IDHeader carries the request's id to the client, to quote it.
const IDHeader = "X-Request-Id"

type requestID struct{}

// RequestID is the id of the request a context belongs to; "" outside one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestID{}).(string)
	return id
}

// Wrap logs what next answers. It goes outside the router, whose pattern it
// reads afterwards.
func (l RequestLog) Wrap(next http.Handler) http.Handler {
	now, log := l.Now, l.Log
	if now == nil {
		now = time.Now
	}
	if log == nil {
		log = slog.Default()
	}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		start, id := now(), l.newID()
		w := record(rw)
		w.Header().Set(IDHeader, id)
		r = r.WithContext(context.WithValue(r.Context(), requestID{}, id))
		whole := false
		defer func() {
			a := Answered{method(r.Method), r.Pattern, w.Status(), w.Bytes(), now().Sub(start)}
			if a.Route == "" {
				a.Route = "none"
			}
			attrs := []slog.Attr{slog.String("request", id), slog.String("method", a.Method),
				slog.String("route", a.Route), slog.Int("status", a.Status),
				slog.Int64("bytes", a.Bytes), slog.Duration("took", a.Took)}
			if w.kind != "" {
				attrs = append(attrs, slog.String("kind", string(w.kind)))
			}
			if !whole {
				attrs = append(attrs, slog.Bool("cut", true))
			}
			log.LogAttrs(r.Context(), slog.LevelInfo, "request", attrs...)
			if l.Done != nil {
				l.Done(a)
			}
		}()
		next.ServeHTTP(w, r)
		whole = true
	})
}

// method is a known method or "other": the word is a client's to choose.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut,
		http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

func (l RequestLog) newID() string {
	source := l.Rand
	if source == nil {
		source = rand.Reader
	}
	var raw [8]byte
	if _, err := io.ReadFull(source, raw[:]); err != nil {
		return "none" // an id is a help to find a line, not a condition to answer
	}
	return hex.EncodeToString(raw[:])
}
