package tokens

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// noon is the clock of these tests.
var noon = time.Unix(1_800_000_000, 0).UTC()

const (
	anID    = "0k2x9a7bq1c3d5e7f9g1hz"
	another = "0k2x9a7bq1c3d5e7f9g1i0"
)

func at(t time.Time) Options { return Options{Now: func() time.Time { return t }} }

func newRingFile(t testing.TB) *Keyring {
	t.Helper()
	k, err := Create(filepath.Join(t.TempDir(), "keys.json"), at(noon))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func mint(t testing.TB, k *Keyring, c Claims) string {
	t.Helper()
	s, err := k.Sign(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantReason(t testing.TB, k *Keyring, p Purpose, token string, now time.Time, want Reason) {
	t.Helper()
	c, kid, err := k.Verify(p, token, now)
	if got := ReasonOf(err); got != want || c != (Claims{}) || kid != "" {
		t.Errorf("Verify(%v) = %v, %q, %v; want nothing and %q", p, c, kid, err, want)
	}
}

// sample gives claims of each purpose, with and without a subject.
func sample() []Claims {
	in := noon.Add(time.Hour)
	return []Claims{
		{Link, anID, "", in}, {Report, anID, "", in},
		{Candidate, anID, another, in}, {Media, anID, another, in}, {HandOver, anID, another, in}, {Return, anID, another, in},
		{Viewer, anID, another, in}, {Viewer, anID, "", in}, {SignIn, anID, another, in}, {SignIn, anID, "", in},
	}
}

func TestEveryPurposeComesBackAndOnlyForItself(t *testing.T) {
	k := newRingFile(t)
	for _, c := range sample() {
		s := mint(t, k, c)
		got, kid, err := k.Verify(c.Purpose, s, noon)
		if err != nil || got != c || kid != k.Active() {
			t.Errorf("%v: %v, %q, %v; want %v", c.Purpose, got, kid, err, c)
		}
		for _, other := range sample() {
			if other.Purpose != c.Purpose {
				wantReason(t, k, other.Purpose, s, noon, Other)
			}
		}
		for _, p := range []Purpose{0, 'L', 'x', 0xff, '"'} {
			wantReason(t, k, p, s, noon, Other)
		}
	}
}

func TestLinkIsShortAndSafeInAnAddress(t *testing.T) {
	k := newRingFile(t)
	s := mint(t, k, sample()[0])
	long := "zzz" + s[strings.IndexByte(s, '.'):]
	if len(long) > 130 {
		t.Errorf("a link with a kid of three has %d characters", len(long))
	}
	if n := len(mint(t, k, sample()[2])) + 2; n != MaxLen {
		t.Errorf("the longest token has %d characters, MaxLen is %d", n, MaxLen)
	}
	if i := strings.IndexFunc(s, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", r)
	}); i >= 0 {
		t.Errorf("%q stands in an address", s[i])
	}
}

func TestClaimsNoTokenMayCarry(t *testing.T) {
	k := newRingFile(t)
	in := noon.Add(time.Hour)
	for _, c := range []Claims{
		{}, {Link, "", "", in}, {Link, anID[1:], "", in}, {Link, anID + "0", "", in}, {Link, strings.ToUpper(anID), "", in},
		{Link, "lnk_" + anID[4:], "", in}, {Link, anID[:21] + `"`, "", in}, {Link, anID, another, in}, {Report, anID, another, in},
		{Media, anID, "", in}, {Candidate, anID, "x", in}, {HandOver, anID, "", in}, {Return, anID, "", in},
		{'x', anID, "", in}, {Link, anID, "", time.Time{}}, {Link, anID, "", time.Unix(999_999_999, 0)},
		{Link, anID, "", time.Unix(10_000_000_000, 0)}, {Link, anID, "", noon.Add(MaxLife + time.Second)},
	} {
		if s, err := k.Sign(c); !errors.Is(err, ErrClaims) || s != "" {
			t.Errorf("Sign(%v) = %q, %v", c, s, err)
		}
		if s, err := k.SignWith(k.Active(), c); !errors.Is(err, ErrClaims) || s != "" {
			t.Errorf("SignWith(%v) = %q, %v", c, s, err)
		}
	}
	if _, err := k.Sign(Claims{Link, anID, "", noon.Add(MaxLife)}); err != nil {
		t.Errorf("the longest life: %v", err)
	}
}

// T10: valid iff now < exp, to the second, whatever the parts of a second.
func TestExpiryIsTheFirstMomentItNoLongerHolds(t *testing.T) {
	k := newRingFile(t)
	rapid.Check(t, func(t *rapid.T) {
		life := rapid.Int64Range(0, int64(MaxLife/time.Second)).Draw(t, "life")
		exp := noon.Unix() + life
		s, err := k.Sign(Claims{Link, anID, "", time.Unix(exp, rapid.Int64Range(0, 999_999_999).Draw(t, "cut"))})
		if life < int64(MaxLife/time.Second) && err != nil {
			t.Fatal(err)
		}
		if err != nil {
			return
		}
		now := time.Unix(exp+rapid.Int64Range(-3, 3).Draw(t, "off"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
		_, _, err = k.Verify(Link, s, now)
		if valid := now.Unix() < exp; valid != (err == nil) || !valid && ReasonOf(err) != Expired {
			t.Fatalf("now - exp = %v: %v", now.Sub(time.Unix(exp, 0)), err)
		}
	})
}

func TestRefusalTellsNothingOfTheToken(t *testing.T) {
	k := newRingFile(t)
	s := mint(t, k, sample()[0])
	for _, bad := range []string{s + "x", "zz" + s, s[:len(s)-1] + "A"} {
		_, _, err := k.Verify(Link, bad, noon)
		if err == nil || strings.ContainsAny(err.Error(), "0123456789.") {
			t.Errorf("%v", err)
		}
	}
	if len(Reasons()) != 8 {
		t.Error("a reason is not listed")
	}
	if ReasonOf(errors.New("x")) != "" || ReasonOf(nil) != "" {
		t.Error("a reason out of nothing")
	}
}
