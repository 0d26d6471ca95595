package tokens

import (
	"errors"

	"github.com/golang-jwt/jwt/v5"
)

// Reason is why a token was refused, from a fixed set: fit for a metric label.
type Reason string

// The reasons, in the order in which they are found.
const (
	Alg        Reason = "alg"         // it brings a header of its own
	Malformed  Reason = "malformed"   // nothing we mint has this form
	UnknownKey Reason = "unknown_key" // no key of that kid
	RevokedKey Reason = "revoked_key" // its key was revoked, whatever the signature
	Signature  Reason = "signature"   // not signed by that key
	Other      Reason = "purpose"     // ours, for another purpose
	Expired    Reason = "expired"     // ours, over
	KeyEnded   Reason = "key_ended"   // lives longer than its rotated key ever signed for
)

// Reasons lists all of them.
func Reasons() []Reason {
	return []Reason{Alg, Malformed, UnknownKey, RevokedKey, Signature, Other, Expired, KeyEnded}
}

// Error is a refusal. It holds nothing of the token.
type Error struct{ Reason Reason }

func (e *Error) Error() string { return "tokens: refused: " + string(e.Reason) }

// ReasonOf gives the reason of a refusal, "" for an error of another sort.
func ReasonOf(err error) Reason {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason
	}
	return ""
}

// reasonOf reads golang-jwt's error, the graver fault first.
func reasonOf(err error) Reason {
	switch {
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return Signature
	case errors.Is(err, jwt.ErrTokenInvalidAudience):
		return Other
	case errors.Is(err, jwt.ErrTokenExpired):
		return Expired
	}
	return Malformed
}
