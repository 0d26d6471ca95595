package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"passalong/release"
	"passalong/release/words"
)

// StatusGone is what the log says of a reader who left before the answer.
const StatusGone = 499

// Problem is an error as a reader may see it: nothing internal in it.
type Problem struct {
	Status   int
	Kind     release.Kind
	Field    string        // the input's name, for Invalid
	Sentence string        // in the reader's language
	Wait     time.Duration // when to come back; 0 = not said
	Request  string        // id to quote to whoever runs the server
}

// StatusOf gives the HTTP status of a kind. Pages may choose their own for
// fans; the kind decides everywhere else.
func StatusOf(k release.Kind) int {
	switch k {
	case release.Invalid:
		return http.StatusUnprocessableEntity
	case release.NotFound, release.Revoked:
		return http.StatusNotFound
	case release.Conflict, release.Taken, release.Quota, release.TooDeep:
		return http.StatusConflict
	case release.Forbidden:
		return http.StatusForbidden
	case release.Unsigned:
		return http.StatusUnauthorized
	case release.Paused, release.NotYet, release.Unavailable:
		return http.StatusServiceUnavailable
	case release.Closed:
		return http.StatusGone
	case release.TooMany:
		return http.StatusTooManyRequests
	}
	return http.StatusInternalServerError
}

// ProblemOf maps any error. What is not a release.Error is Internal, except a
// body that is too large and a reader who left.
func ProblemOf(err error, say words.Words) Problem {
	var known *release.Error
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return Problem{Status: http.StatusRequestEntityTooLarge, Kind: release.Invalid,
			Sentence: say.T("errors.body.too_large", "limit", say.Bytes(large.Limit))}
	case errors.As(err, &known):
	case errors.Is(err, context.Canceled):
		return Problem{Status: StatusGone, Kind: release.Unavailable, Sentence: sentence(say, release.Unavailable, "", nil)}
	case errors.Is(err, context.DeadlineExceeded):
		known = &release.Error{Kind: release.Unavailable}
	default:
		known = &release.Error{Kind: release.Internal}
	}
	p := Problem{Status: StatusOf(known.Kind), Kind: known.Kind, Field: known.Field,
		Sentence: sentence(say, known.Kind, known.Key, known.Args)}
	switch known.Kind {
	case release.TooMany, release.Unavailable:
		p.Wait, _ = known.Args["wait"].(time.Duration)
		if p.Wait <= 0 {
			p.Wait = 5 * time.Second
		}
	}
	return p
}

// sentence says a key, or what its kind says when the catalog lacks the key.
func sentence(say words.Words, k release.Kind, key string, args map[string]any) string {
	if k == release.Internal {
		return say.T("errors.internal")
	}
	if key != "" && say.Has("errors."+key) {
		return say.T("errors."+key, args)
	}
	if said := "errors.no." + string(k); say.Has(said) {
		return say.T(said)
	}
	return say.T("errors.internal")
}

// WriteJSON answers the problem as RFC 9457 application/problem+json.
func (p Problem) WriteJSON(w http.ResponseWriter) {
	body, err := json.Marshal(struct {
		Type    string `json:"type"`
		Title   string `json:"title"`
		Status  int    `json:"status"`
		Detail  string `json:"detail"`
		Kind    string `json:"kind"`
		Field   string `json:"field,omitempty"`
		Request string `json:"request,omitempty"`
	}{"about:blank", http.StatusText(p.Status), p.Status, p.Sentence, string(p.Kind), p.Field, p.Request})
	if err != nil {
		panic(err) // strings and a number
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n')) // a reader who left has nobody to tell
}
