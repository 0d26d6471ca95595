package tokens

import (
	"bytes"
	"encoding/base64"
	"strings"
	"time"
)

// The payload is flat JSON written in one way only, so that the gate can read
// it as a form with blanks: no duplicate, unknown or differently spelt name,
// no space, no escape gets as far as a JSON parser.
const (
	openAud = `{"aud":"`
	openExp = `","exp":`
	openID  = `,"jti":"`
	openSub = `","sub":"`
	closing = `"}`
)

// The sizes of the parts, in bytes.
const (
	idLen      = 22
	expLen     = 10
	maxKid     = 3
	sigLen     = 43 // 32 bytes in base64url
	barePay    = len(openAud) + 1 + len(openExp) + expLen + len(openID) + idLen + len(closing)
	maxPayload = barePay + len(openSub) + idLen
	minLen     = 1 + 1 + (barePay*8+5)/6 + 1 + sigLen
	// MaxLen is the longest token there is; a link's stays below 130.
	MaxLen = maxKid + 1 + (maxPayload*8+5)/6 + 1 + sigLen
)

// Expiries have ten digits: from 2001 to 2286.
const (
	minExp = 1_000_000_000
	maxExp = 9_999_999_999
)

// parts is a token that has the right form. Nothing in it is true yet.
type parts struct {
	kid, body, sig string
	claims         Claims
}

// gate lets through only what could have been minted here, character by
// character; the answer's reason is empty for that. It comes before any look-up
// and costs no more for a hostile text than for a good one.
func gate(token string) (parts, Reason) {
	// Whoever brings a JOSE header of their own wants to choose the algorithm.
	if strings.HasPrefix(token, "eyJ") {
		return parts{}, Alg
	}
	if len(token) < minLen || len(token) > MaxLen {
		return parts{}, Malformed
	}
	kid, rest, ok := strings.Cut(token, ".")
	if !ok || !ValidKid(kid) {
		return parts{}, Malformed
	}
	body, sig, ok := strings.Cut(rest, ".")
	if !ok || len(sig) != sigLen {
		return parts{}, Malformed
	}
	raw, ok := decode(body)
	if !ok {
		return parts{}, Malformed
	}
	if _, ok := decode(sig); !ok {
		return parts{}, Malformed
	}
	claims, ok := read(raw)
	if !ok {
		return parts{}, Malformed
	}
	return parts{kid, body, sig, claims}, ""
}

// decode reads base64url in its one canonical spelling. The alphabet is checked
// first because the standard decoder skips CR and LF even when strict.
func decode(s string) ([]byte, bool) {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '_':
		default:
			return nil, false
		}
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return raw, err == nil
}

// read fills in the blanks of the payload and makes sure that writing the
// claims again gives the same bytes.
func read(raw []byte) (Claims, bool) {
	var c Claims
	if len(raw) != barePay && len(raw) != maxPayload {
		return c, false
	}
	c.Purpose = Purpose(raw[len(openAud)])
	at := len(openAud) + 1 + len(openExp)
	var exp int64
	for _, d := range raw[at : at+expLen] {
		if d < '0' || d > '9' {
			return c, false
		}
		exp = exp*10 + int64(d-'0')
	}
	c.Expires = time.Unix(exp, 0).UTC()
	at += expLen + len(openID)
	c.ID = string(raw[at : at+idLen])
	if len(raw) == maxPayload {
		at += idLen + len(openSub)
		c.Subject = string(raw[at : at+idLen])
	}
	return c, c.check() == nil && bytes.Equal(payload(c), raw)
}

// ValidKid tells whether s can name a key: 1 to 3 characters of [0-9a-z].
func ValidKid(s string) bool { return len(s) >= 1 && len(s) <= maxKid && lower36(s) }

func bareID(s string) bool { return len(s) == idLen && lower36(s) }

func lower36(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z') {
			return false
		}
	}
	return true
}
