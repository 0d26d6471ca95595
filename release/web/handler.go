package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"passalong/release"
	"passalong/release/words"
)

// Handler answers a request or says why not. What it returns is mapped in one
// place (Errors), so that no error text reaches a client unmapped.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Errors is how one surface answers errors.
type Errors struct {
	Log   *slog.Logger                    // slog.Default() when nil
	Words func(*http.Request) words.Words // by Accept-Language when nil
	// Fans makes revoked and unknown one answer: outside, nobody can tell a
	// forged link from a withdrawn one. The log keeps the kind.
	Fans bool
	// Page writes a problem as HTML, its status included; nil answers
	// application/problem+json (the API).
	Page func(w http.ResponseWriter, r *http.Request, p Problem)
}

// Handle makes an http.Handler of h: it maps the error h returns, and turns a
// panic into "Something went wrong." with a log entry. The writer h gets can
// tell that an answer has begun; then an error can only be logged.
func (e Errors) Handle(h Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w := record(rw)
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v)
			}
			e.logger().ErrorContext(r.Context(), "panic", "request", RequestID(r.Context()),
				"panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			if w.Began() {
				panic(http.ErrAbortHandler) // a cut answer must not look whole
			}
			e.Write(w, r, release.No(release.Internal, "internal"))
		}()
		if err := h(w, r); err != nil {
			e.Write(w, r, err)
		}
	})
}

// Write answers err: status, Retry-After and one sentence in the reader's
// language. The cause is logged once, with the request's id.
func (e Errors) Write(rw http.ResponseWriter, r *http.Request, err error) {
	w := record(rw)
	p := ProblemOf(err, e.words(r))
	p.Request = RequestID(r.Context())
	w.noteKind(p.Kind)
	e.note(r.Context(), p, err)
	if e.Fans && (p.Kind == release.Revoked || p.Kind == release.NotFound) {
		p.Kind, p.Field = release.NotFound, ""
		p.Sentence = e.words(r).T("errors.link.nothing")
	}
	if w.Began() {
		return
	}
	h := w.Header()
	h.Del("Content-Length")
	h.Del("Content-Encoding")
	h.Del("Etag")
	h.Del("Last-Modified")
	h.Set("Cache-Control", "private, no-store")
	if p.Wait > 0 {
		h.Set("Retry-After", strconv.Itoa(int((p.Wait+time.Second-1)/time.Second)))
	}
	if p.Kind == release.Unsigned && e.Page == nil {
		h.Set("WWW-Authenticate", "Bearer")
	}
	if e.Page != nil {
		e.Page(w, r, p)
		return
	}
	p.WriteJSON(w)
}

// note logs the cause of an error; a plain "no" is in the request log only.
func (e Errors) note(ctx context.Context, p Problem, err error) {
	if p.Status == StatusGone {
		return
	}
	level := slog.LevelInfo
	switch p.Kind {
	case release.Internal:
		level = slog.LevelError
	case release.Unavailable:
		level = slog.LevelWarn
	default:
		var known *release.Error
		if errors.As(err, &known) && known.Err == nil {
			return
		}
	}
	e.logger().Log(ctx, level, "request failed", "request", p.Request, "kind", string(p.Kind), "err", err.Error())
}

func (e Errors) logger() *slog.Logger {
	if e.Log == nil {
		return slog.Default()
	}
	return e.Log
}

func (e Errors) words(r *http.Request) words.Words {
	if e.Words == nil {
		return words.In(Lang(r, ""))
	}
	return e.Words(r)
}

// Render runs fill into a buffer and answers it with the status, so that a
// template which fails half-way answers an error and not half a page.
func Render(w http.ResponseWriter, status int, contentType string, fill func(*bytes.Buffer) error) error {
	var b bytes.Buffer
	if err := fill(&b); err != nil {
		return err
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	if err != nil {
		return fmt.Errorf("%w: %w", context.Canceled, err) // the reader left
	}
	return nil
}
