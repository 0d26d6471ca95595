package tokens

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Options is what a keyring takes from outside.
type Options struct {
	Now    func() time.Time // time.Now when nil
	Random io.Reader        // crypto/rand when nil
}

// State is what a key may do.
type State string

// The states.
const (
	Active     State = "active"      // signs and verifies; there is exactly one
	VerifyOnly State = "verify-only" // rotated out; verifies until its last token expires
	Revoked    State = "revoked"     // verifies nothing; its secret is gone
)

// KeyInfo is what may be told of a key.
type KeyInfo struct {
	Kid     string
	State   State
	Created time.Time
	Until   time.Time // last expiry it may verify; zero while it is active
	Revoked time.Time // zero unless it was revoked
}

// key is one key in memory.
type key struct {
	KeyInfo
	secret Secret
	header string // base64url of the JOSE header, rebuilt from the kid
}

// ended tells whether an expiry lies beyond what the key ever signed for.
func (k *key) ended(exp int64) bool { return !k.Until.IsZero() && exp > k.Until.Unix() }

// ring is one state of the keyring; it never changes once it is shared.
type ring struct {
	keys   []*key // oldest first
	byKid  map[string]*key
	active string
}

func (r *ring) usable(kid string) (*key, error) {
	k, ok := r.byKid[kid]
	switch {
	case !ok:
		return nil, &Error{UnknownKey}
	case k.State == Revoked:
		return nil, &Error{RevokedKey}
	}
	return k, nil
}

// Keyring holds the keys of one installation, as its file says. It is safe for
// concurrent use; who verifies never waits for who rotates.
type Keyring struct {
	path   string
	now    func() time.Time
	random io.Reader
	change sync.Mutex // one Rotate, Revoke or Reload at a time
	ring   atomic.Pointer[ring]
}

// Errors of the key file. A start must stop at any of them.
var (
	ErrMissing = fmt.Errorf("tokens: no key file: %w", fs.ErrNotExist)
	ErrExists  = fmt.Errorf("tokens: there is a key file already: %w", fs.ErrExist)
	ErrUnsafe  = errors.New("tokens: others can read the key file")
	ErrInvalid = errors.New("tokens: not a usable key file")
	ErrLost    = errors.New("tokens: the key file lost a key, or brings back a revoked one")
)

// rotationGrace covers a second process that signs with the old key until it
// has reloaded.
const rotationGrace = 24 * time.Hour

// Open reads the key file. A missing, unreadable or unsafe file is an error:
// no key is ever made here.
func Open(path string, o Options) (*Keyring, error) {
	k := newKeyring(path, o)
	r, err := readFile(path)
	if err != nil {
		return nil, err
	}
	k.ring.Store(r)
	return k, nil
}

// Create makes a key file with one active key. Call it only where there is no
// data yet: links signed by other keys would all be dead. An existing file is
// ErrExists and stays as it is.
func Create(path string, o Options) (*Keyring, error) {
	k := newKeyring(path, o)
	unlock, err := lockFolder(path)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := absent(path); err != nil {
		return nil, err
	}
	r, err := k.withNew(nil)
	if err != nil {
		return nil, err
	}
	if _, err := writeFile(path, r); err != nil {
		return nil, err
	}
	k.ring.Store(r)
	return k, nil
}

func newKeyring(path string, o Options) *Keyring {
	k := &Keyring{path: path, now: o.Now, random: o.Random}
	if k.now == nil {
		k.now = time.Now
	}
	if k.random == nil {
		k.random = rand.Reader
	}
	return k
}

// Active gives the kid that Sign uses.
func (k *Keyring) Active() string { return k.ring.Load().active }

// Keys lists the keys, oldest first.
func (k *Keyring) Keys() []KeyInfo {
	keys := k.ring.Load().keys
	out := make([]KeyInfo, len(keys))
	for i, key := range keys {
		out[i] = key.KeyInfo
	}
	return out
}

// Rotate makes a new active key and gives its kid. The one before it verifies
// until the last token it signed has expired; keys past that are dropped.
func (k *Keyring) Rotate() (string, error) {
	if err := k.update(func(r *ring) (*ring, error) { return k.withNew(r.keys) }); err != nil {
		return "", err
	}
	return k.Active(), nil
}

// Revoke ends a key, and with it every token it signed, for good: its secret
// leaves the file. Revoking the active key makes a new one in the same write.
// Revoking again changes nothing; an unknown kid is a *Error.
func (k *Keyring) Revoke(kid string) error {
	return k.update(func(r *ring) (*ring, error) {
		old, ok := r.byKid[kid]
		if !ok {
			return nil, &Error{UnknownKey}
		}
		if old.State == Revoked {
			return r, nil
		}
		if kid == r.active {
			next, err := k.withNew(r.keys)
			if err != nil {
				return nil, err
			}
			r = next
		}
		keys := make([]*key, len(r.keys))
		for i, key := range r.keys {
			if key.Kid == kid {
				info := key.KeyInfo
				info.State, info.Until, info.Revoked = Revoked, time.Time{}, k.stamp()
				key = newKey(info, Secret{})
			}
			keys[i] = key
		}
		return newRing(keys)
	})
}

// Reload reads the file again, after another process rotated or revoked. When
// it can't be used (ErrLost: a key is missing that still has tokens out, or a
// revoked one is back) the keys in memory stay.
func (k *Keyring) Reload() error {
	k.change.Lock()
	defer k.change.Unlock()
	return k.reload()
}

func (k *Keyring) reload() error {
	r, err := readFile(k.path)
	if err != nil {
		return err
	}
	for _, old := range k.ring.Load().keys {
		now, ok := r.byKid[old.Kid]
		switch {
		case !ok && old.State == VerifyOnly && old.Until.Before(k.now()):
		case !ok:
			return fmt.Errorf("%w: kid %s", ErrLost, old.Kid)
		// A revoked key has no secret, and none equals it: it can't come back.
		case now.State != Revoked && !now.secret.Equal(old.secret):
			return fmt.Errorf("%w: kid %s is not what it was", ErrLost, old.Kid)
		}
	}
	k.ring.Store(r)
	return nil
}

// update changes the file as it is now, not as we last read it: another
// process may have rotated since.
func (k *Keyring) update(change func(*ring) (*ring, error)) error {
	k.change.Lock()
	defer k.change.Unlock()
	unlock, err := lockFolder(k.path)
	if err != nil {
		return err
	}
	defer unlock()
	if err := k.reload(); err != nil {
		return err
	}
	old := k.ring.Load()
	next, err := change(old)
	if err != nil || next == old {
		return err
	}
	placed, err := writeFile(k.path, next)
	if placed {
		k.ring.Store(next)
	}
	return err
}

// withNew gives the ring after a rotation.
func (k *Keyring) withNew(old []*key) (*ring, error) {
	now := k.stamp()
	var keys []*key
	last := int64(0)
	for _, o := range old {
		n, err := strconv.ParseInt(o.Kid, 36, 64)
		if err != nil {
			return nil, fmt.Errorf("tokens: kid: %w", err)
		}
		last = max(last, n)
		switch {
		case o.State == Active:
			info := o.KeyInfo
			info.State, info.Until = VerifyOnly, now.Add(MaxLife+rotationGrace)
			o = newKey(info, o.secret)
		case o.State == VerifyOnly && o.Until.Before(now):
			continue
		}
		keys = append(keys, o)
	}
	// Kids count up and are never given twice: the last one is always kept.
	kid := strconv.FormatInt(last+1, 36)
	if !ValidKid(kid) {
		return nil, errors.New("tokens: all kids are used up")
	}
	var raw [secretLen]byte
	if _, err := io.ReadFull(k.random, raw[:]); err != nil {
		return nil, fmt.Errorf("tokens: the random source failed: %w", err)
	}
	keys = append(keys, newKey(KeyInfo{Kid: kid, State: Active, Created: now}, NewSecret(raw[:])))
	return newRing(keys)
}

// stamp is the clock as the file keeps it: UTC, whole seconds.
func (k *Keyring) stamp() time.Time { return k.now().UTC().Truncate(time.Second) }

func newKey(info KeyInfo, s Secret) *key {
	header := `{"alg":"HS256","kid":"` + info.Kid + `","typ":"JWT"}`
	return &key{info, s, base64.RawURLEncoding.EncodeToString([]byte(header))}
}

// newRing checks what must hold of the keys together.
func newRing(keys []*key) (*ring, error) {
	r := &ring{keys: keys, byKid: make(map[string]*key, len(keys))}
	for _, k := range keys {
		if r.byKid[k.Kid] != nil {
			return nil, fmt.Errorf("%w: kid %s twice", ErrInvalid, k.Kid)
		}
		r.byKid[k.Kid] = k
		if k.State == Active {
			if r.active != "" {
				return nil, fmt.Errorf("%w: two active keys, %s and %s", ErrInvalid, r.active, k.Kid)
			}
			r.active = k.Kid
		}
	}
	if r.active == "" {
		return nil, fmt.Errorf("%w: no active key", ErrInvalid)
	}
	return r, nil
}
