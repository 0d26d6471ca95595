package release

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Scope is what a bearer key may do.
type Scope string

// The scopes. Write includes read; owner is everything, staff and keys too.
const (
	ScopeRead  Scope = "read"  // campaigns, links, viewers, reports, exports
	ScopeWrite Scope = "write" // and change them
	ScopeOwner Scope = "owner"
)

const blobKey = "apikey"

// APIKey is a bearer key of a marketer's script. Only a hash of its secret is kept.
type APIKey struct {
	ID      KeyID
	Name    string
	Scopes  []Scope
	Hash    string
	Staff   StaffID
	Created time.Time
	Revoked time.Time
}

// May tells whether the key covers want.
func (k APIKey) May(want Scope) bool {
	return slices.Contains(k.Scopes, want) || slices.Contains(k.Scopes, ScopeOwner) ||
		want == ScopeRead && slices.Contains(k.Scopes, ScopeWrite)
}

// NewAPIKey makes a key; the bearer string is told here and never again.
func (s *Service) NewAPIKey(ctx context.Context, by StaffID, name string, scopes []Scope) (APIKey, string, error) {
	name, err := text("name", name, 100)
	if err != nil {
		return APIKey{}, "", err
	}
	if name == "" {
		return APIKey{}, "", Bad("name", "key.name")
	}
	for _, scope := range scopes {
		if scope != ScopeRead && scope != ScopeWrite && scope != ScopeOwner {
			return APIKey{}, "", Bad("scopes", "key.scope", "value", string(scope))
		}
	}
	if len(scopes) == 0 {
		return APIKey{}, "", Bad("scopes", "key.scope", "value", "")
	}
	var key APIKey
	var bearer string
	err = s.store.Update(ctx, func(tx Tx) error {
		secret := newSecret(s.random)
		key = APIKey{ID: KeyID("key_" + newBare(tx.Now(), s.random)), Name: name, Scopes: scopes,
			Hash: sessionKey(secret), Staff: by, Created: tx.Now()}
		bearer = string(key.ID) + "." + secret
		return putJSON(tx, blobKey, string(key.ID), key)
	})
	return key, bearer, err
}

// Bearer gives the key of a bearer string.
func (s *Service) Bearer(ctx context.Context, bearer string) (APIKey, error) {
	id, secret, _ := strings.Cut(bearer, ".")
	var key APIKey
	err := s.store.View(ctx, func(tx Tx) error { return getJSON(tx, blobKey, id, &key) })
	if Is(err, NotFound) || err == nil && (!key.Revoked.IsZero() || subtle.ConstantTimeCompare([]byte(key.Hash), []byte(sessionKey(secret))) != 1) {
		return APIKey{}, No(Unsigned, "key.wrong")
	}
	return key, err
}

// APIKeys lists the keys by age, revoked ones included.
func (s *Service) APIKeys(ctx context.Context) ([]APIKey, error) {
	var out []APIKey
	err := s.store.View(ctx, func(tx Tx) error {
		out = out[:0]
		return tx.Blobs(blobKey, "", func(_ string, value []byte) bool {
			var k APIKey
			if json.Unmarshal(value, &k) == nil {
				out = append(out, k)
			}
			return true
		})
	})
	return out, err
}

// RevokeAPIKey ends a key.
func (s *Service) RevokeAPIKey(ctx context.Context, id KeyID) error {
	return s.store.Update(ctx, func(tx Tx) error {
		var key APIKey
		if err := getJSON(tx, blobKey, string(id), &key); err != nil {
			return err
		}
		if key.Revoked.IsZero() {
			key.Revoked = tx.Now()
		}
		return putJSON(tx, blobKey, string(id), key)
	})
}
