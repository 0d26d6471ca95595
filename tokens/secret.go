package tokens

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// Secret is bytes that must not be seen. It can't be printed, logged or
// marshalled, and == on it doesn't compile. The bytes sit behind a function, so
// that not even printing a struct around it (where fmt calls no method of an
// unexported field) shows more than an address.
type Secret struct{ reveal func() []byte }

const hidden = "(secret)"

// NewSecret keeps a copy of b.
func NewSecret(b []byte) Secret {
	kept := append([]byte(nil), b...)
	return Secret{func() []byte { return kept }}
}

// Equal compares in constant time. An empty secret equals nothing.
func (s Secret) Equal(o Secret) bool {
	return s.Len() > 0 && o.reveal != nil && subtle.ConstantTimeCompare(s.reveal(), o.reveal()) == 1
}

// Len is the number of bytes.
func (s Secret) Len() int {
	if s.reveal == nil {
		return 0
	}
	return len(s.reveal())
}

// String and its siblings say that there is a secret and nothing about it.
func (Secret) String() string             { return hidden }
func (Secret) GoString() string           { return hidden }
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }
func (Secret) LogValue() slog.Value       { return slog.StringValue(hidden) }

var errHidden = errors.New("tokens: a secret is not marshalled")

// MarshalText and its siblings refuse.
func (Secret) MarshalText() ([]byte, error)   { return nil, errHidden }
func (Secret) MarshalJSON() ([]byte, error)   { return nil, errHidden }
func (Secret) MarshalBinary() ([]byte, error) { return nil, errHidden }
func (Secret) GobEncode() ([]byte, error)     { return nil, errHidden }
