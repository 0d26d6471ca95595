package release

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of "no" an Error is. HTTP maps it to a status, pages to
// a page of their own, the command line to an exit code.
type Kind string

// The kinds. Outside, NotFound and Revoked are one page; inside each is its own.
const (
	Internal    Kind = "internal"    // ours: "Something went wrong."
	Invalid     Kind = "invalid"     // bad input; Field names where
	NotFound    Kind = "not_found"   // no such row
	Conflict    Kind = "conflict"    // true now, but not any more or not twice
	Forbidden   Kind = "forbidden"   // known, but not allowed
	Unsigned    Kind = "unsigned"    // nobody is signed in
	Revoked     Kind = "revoked"     // link, viewer or a branch above it was cut
	Paused      Kind = "paused"      // campaign, link or branch is suspended
	NotYet      Kind = "not_yet"     // before the campaign opens
	Closed      Kind = "closed"      // after it closed
	Taken       Kind = "taken"       // no seat and no copy left on a link
	Quota       Kind = "quota"       // no share left
	TooDeep     Kind = "too_deep"    // the last generation does not pass on
	TooMany     Kind = "too_many"    // rate limit; ask again later
	Unavailable Kind = "unavailable" // the store cannot write now (full disk, fail-over)
)

// Error is every refusal of this package. Key and Args become a sentence in
// the reader's language (release/words, catalog "errors"); Err goes to the
// log and never to a client.
type Error struct {
	Kind  Kind
	Field string         // the input's name, for Invalid
	Key   string         // catalog key below "errors.", e.g. "link.taken"
	Args  map[string]any // values for the sentence
	Err   error          // the cause, for the log
}

// Error is the log's form, not the reader's.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Kind))
	if e.Key != "" {
		b.WriteString(" " + e.Key)
	}
	if e.Field != "" {
		b.WriteString(" (" + e.Field + ")")
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf gives the kind of err: "" for nil, Internal for anything unknown.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is tells whether err is of kind k.
func Is(err error, k Kind) bool { return KindOf(err) == k }

// No makes an Error with a sentence: args are name, value pairs.
func No(k Kind, key string, args ...any) *Error {
	return &Error{Kind: k, Key: key, Args: pairs(args)}
}

// Bad makes an Invalid error that names the field.
func Bad(field, key string, args ...any) *Error {
	return &Error{Kind: Invalid, Field: field, Key: key, Args: pairs(args)}
}

func pairs(args []any) map[string]any {
	if len(args) == 0 {
		return nil
	}
	m := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i].(string)] = args[i+1]
	}
	return m
}
