// Package tokens signs and verifies every token of Passalong (link, candidate,
// viewer, media, hand-over, return, report, sign-in) and owns the keyring that
// does it. It says only that a token is ours, for this purpose and not yet
// over: whether what it names exists, is open or was revoked is for others.
// It never stores or logs a token, and never makes a key beside existing data.
package tokens

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Purpose is what a token is good for: the one letter of its aud.
type Purpose byte

// The purposes. What ID and Subject hold stands beside each; ids are bare (22
// characters of [0-9a-z], no prefix).
const (
	Link      Purpose = 'l' // ID: the link. No subject
	Candidate Purpose = 'c' // ID: the candidate viewer. Subject: the campaign
	Viewer    Purpose = 'v' // ID: the viewer. Subject: a browser of theirs in a cookie, none in an address
	Media     Purpose = 'm' // ID: the viewer. Subject: the asset
	HandOver  Purpose = 'h' // ID: its own. Subject: the viewer
	Return    Purpose = 'r' // ID: its own. Subject: the viewer
	Report    Purpose = 'p' // ID: the report link. No subject
	SignIn    Purpose = 's' // ID: its own. Subject: the staff member, if known
)

// need tells whether a purpose carries a subject.
type need byte

const (
	never need = iota
	always
	maybe
)

func (p Purpose) subject() (n need, known bool) {
	switch p {
	case Link, Report:
		return never, true
	case Candidate, Media, HandOver, Return:
		return always, true
	case Viewer, SignIn:
		return maybe, true
	}
	return never, false
}

// String gives the purpose as a word, for logs and metric labels.
func (p Purpose) String() string {
	switch p {
	case Link:
		return "link"
	case Candidate:
		return "candidate"
	case Viewer:
		return "viewer"
	case Media:
		return "media"
	case HandOver:
		return "hand-over"
	case Return:
		return "return"
	case Report:
		return "report"
	case SignIn:
		return "sign-in"
	}
	return "unknown"
}

// MaxLife is the longest a token may still run when it is signed: thirteen
// months and some days. A rotated key verifies that long and a day more.
const MaxLife = 400 * 24 * time.Hour

// Claims is what a token says.
type Claims struct {
	Purpose Purpose
	ID      string    // bare id, 22 characters of [0-9a-z]
	Subject string    // bare id, or empty where the purpose has none
	Expires time.Time // first moment it no longer holds; whole seconds, the rest is cut off
}

// ErrClaims is returned by Sign and SignWith for claims no token may carry.
var ErrClaims = errors.New("tokens: claims that no token may carry")

func (c Claims) check() error {
	n, known := c.Purpose.subject()
	exp := c.Expires.Unix()
	switch {
	case !known:
		return fmt.Errorf("%w: purpose %q", ErrClaims, byte(c.Purpose))
	case !bareID(c.ID):
		return fmt.Errorf("%w: the id of a %v is not 22 characters of [0-9a-z]", ErrClaims, c.Purpose)
	case n == always && c.Subject == "", n == never && c.Subject != "", c.Subject != "" && !bareID(c.Subject):
		return fmt.Errorf("%w: subject of a %v", ErrClaims, c.Purpose)
	case exp < minExp || exp > maxExp:
		return fmt.Errorf("%w: expiry %d", ErrClaims, exp)
	}
	return nil
}

// Sign mints a token with the active key. The same claims give the same
// string; Active tells the kid to keep beside the expiry. It refuses claims no
// token may carry and an expiry more than MaxLife away (ErrClaims).
func (k *Keyring) Sign(c Claims) (string, error) {
	r := k.ring.Load()
	return k.sign(r.byKid[r.active], c)
}

// SignWith signs again, with the kid and expiry kept in a row, a token that
// was minted before: the very same string. A revoked or unknown kid, or an
// expiry the key never signed for, is a *Error.
func (k *Keyring) SignWith(kid string, c Claims) (string, error) {
	key, err := k.ring.Load().usable(kid)
	if err != nil {
		return "", err
	}
	if key.ended(c.Expires.Unix()) {
		return "", &Error{KeyEnded}
	}
	return k.sign(key, c)
}

func (k *Keyring) sign(key *key, c Claims) (string, error) {
	if err := c.check(); err != nil {
		return "", err
	}
	// A rotated key verifies only so far ahead: nothing may outlive that.
	if c.Expires.After(k.now().Add(MaxLife)) {
		return "", fmt.Errorf("%w: expiry %d is more than %v away", ErrClaims, c.Expires.Unix(), MaxLife)
	}
	body := base64.RawURLEncoding.EncodeToString(payload(c))
	sig, err := jwt.SigningMethodHS256.Sign(key.header+"."+body, key.secret.reveal())
	if err != nil {
		return "", fmt.Errorf("tokens: signing: %w", err)
	}
	return key.Kid + "." + body + "." + base64.RawURLEncoding.EncodeToString(sig), nil
}

// Verify tells what a token says, and the kid of the key that signed it, when
// it is ours, for this purpose, and now < Expires. Everything else is a *Error
// whose Reason is for logs and metrics; the outside is told nothing of it.
// Only the string that was minted is accepted: no other spelling of it.
func (k *Keyring) Verify(p Purpose, token string, now time.Time) (Claims, string, error) {
	parts, reason := gate(token)
	if reason != "" {
		return Claims{}, "", &Error{reason}
	}
	key, err := k.ring.Load().usable(parts.kid)
	if err != nil {
		return Claims{}, "", err
	}
	var said jwt.RegisteredClaims
	_, err = jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithAudience(string(rune(p))),
		jwt.WithExpirationRequired(),
		jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return now }),
	).ParseWithClaims(key.header+"."+parts.body+"."+parts.sig, &said, func(*jwt.Token) (any, error) {
		return key.secret.reveal(), nil
	})
	if err != nil {
		return Claims{}, "", &Error{reasonOf(err)}
	}
	// Gate and library read the same bytes: they may not disagree.
	c := parts.claims
	if said.ID != c.ID || said.Subject != c.Subject || said.ExpiresAt.Unix() != c.Expires.Unix() ||
		!slices.Equal(said.Audience, jwt.ClaimStrings{string(rune(c.Purpose))}) {
		return Claims{}, "", &Error{Malformed}
	}
	if key.ended(c.Expires.Unix()) {
		return Claims{}, "", &Error{KeyEnded}
	}
	return c, parts.kid, nil
}

// payload writes the claims in the one way we accept.
func payload(c Claims) []byte {
	b := make([]byte, 0, maxPayload)
	b = append(b, openAud...)
	b = append(b, byte(c.Purpose))
	b = append(b, openExp...)
	b = strconv.AppendInt(b, c.Expires.Unix(), 10)
	b = append(b, openID...)
	b = append(b, c.ID...)
	if c.Subject != "" {
		b = append(b, openSub...)
		b = append(b, c.Subject...)
	}
	return append(b, closing...)
}
