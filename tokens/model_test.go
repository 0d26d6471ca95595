package tokens

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// machine drives a keyring and says, from a few plain facts, what each token
// must give (T11).
type machine struct {
	k       *Keyring
	now     time.Time
	active  string
	kids    []string
	revoked map[string]bool
	until   map[string]time.Time
	tokens  []issued
	n       int
}

type issued struct {
	Claims
	kid, text string
}

func (m *machine) rotated(next string) {
	m.until[m.active] = m.now.Add(MaxLife + rotationGrace)
	// Kept keys only: what is over is dropped by a rotation.
	var kept []string
	for _, kid := range m.kids {
		if end, ok := m.until[kid]; !ok || m.revoked[kid] || !end.Before(m.now) {
			kept = append(kept, kid)
		}
	}
	m.active, m.kids = next, append(kept, next)
}

func (m *machine) kept(kid string) bool {
	for _, k := range m.kids {
		if k == kid {
			return true
		}
	}
	return false
}

func (m *machine) want(i issued) Reason {
	switch {
	case m.revoked[i.kid]:
		return RevokedKey
	case !m.kept(i.kid):
		return UnknownKey
	case !m.now.Before(i.Expires):
		return Expired
	}
	return ""
}

func TestKeyringModel(t *testing.T) {
	dir := t.TempDir()
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		m := &machine{now: noon, revoked: map[string]bool{}, until: map[string]time.Time{}}
		clock := Options{Now: func() time.Time { return m.now }}
		path := filepath.Join(dir, fmt.Sprint(run))
		defer os.Remove(path)
		k, err := Create(path, clock)
		if err != nil {
			t.Fatal(err)
		}
		m.k, m.active, m.kids = k, k.Active(), []string{k.Active()}
		t.Repeat(map[string]func(*rapid.T){
			"sign": func(t *rapid.T) {
				m.n++
				c := Claims{Link, fmt.Sprintf("%022d", m.n), "", m.now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "days")) * 24 * time.Hour)}
				s, err := m.k.Sign(c)
				if err != nil {
					t.Fatal(err)
				}
				m.tokens = append(m.tokens, issued{c, m.active, s})
			},
			"wait": func(t *rapid.T) {
				m.now = m.now.Add(time.Duration(rapid.IntRange(1, 300).Draw(t, "days")) * 24 * time.Hour)
			},
			"rotate": func(t *rapid.T) {
				next, err := m.k.Rotate()
				if err != nil || m.kept(next) || next == "" {
					t.Fatal(next, err)
				}
				m.rotated(next)
			},
			"rotated by another process": func(t *rapid.T) {
				other, err := Open(path, clock)
				if err != nil {
					t.Fatal(err)
				}
				next, err := other.Rotate()
				if err != nil {
					t.Fatal(err)
				}
				if err := m.k.Reload(); err != nil {
					t.Fatal(err)
				}
				m.rotated(next)
			},
			"revoke": func(t *rapid.T) {
				kid := rapid.SampledFrom(m.kids).Draw(t, "kid")
				if err := m.k.Revoke(kid); err != nil {
					t.Fatal(err)
				}
				if kid == m.active {
					m.rotated(m.k.Active())
				}
				m.revoked[kid] = true
			},
			"open again": func(t *rapid.T) {
				again, err := Open(path, clock)
				if err != nil {
					t.Fatal(err)
				}
				m.k = again
			},
			"": func(t *rapid.T) { m.check(t) },
		})
	})
}

func (m *machine) check(t *rapid.T) {
	if m.k.Active() != m.active || m.revoked[m.active] {
		t.Fatalf("%s is active, want %s", m.k.Active(), m.active)
	}
	active := 0
	for _, info := range m.k.Keys() {
		if info.State == Active {
			active++
		}
		if !m.kept(info.Kid) || (info.State == Revoked) != m.revoked[info.Kid] {
			t.Fatalf("a key too many, or in a wrong state: %+v", info)
		}
	}
	if active != 1 || len(m.k.Keys()) != len(m.kids) {
		t.Fatalf("%d active of %d, want %d keys", active, len(m.k.Keys()), len(m.kids))
	}
	for _, i := range m.tokens {
		c, kid, err := m.k.Verify(Link, i.text, m.now)
		want := m.want(i)
		if ReasonOf(err) != want || (err == nil) != (want == "") || err == nil && (c != i.Claims || kid != i.kid) {
			t.Fatalf("%+v: %v, %s, %v; want %q", i, c, kid, err, want)
		}
		again, err := m.k.SignWith(i.kid, i.Claims)
		if m.revoked[i.kid] || !m.kept(i.kid) {
			if err == nil {
				t.Fatalf("%s signs again: %+v", i.kid, i)
			}
		} else if err != nil || again != i.text {
			t.Fatalf("another string for %+v: %q, %v", i, again, err)
		}
	}
}
