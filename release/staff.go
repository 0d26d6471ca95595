package release

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"
	"time"
)

// How long sign-ins and sessions live.
const (
	SignInLife  = 48 * time.Hour
	SessionIdle = 30 * 24 * time.Hour
	SessionLife = 180 * 24 * time.Hour
	MinPassword = 10 // characters
)

// The kinds of blob that staff rules keep.
const (
	blobStaff   = "staff"
	blobSession = "session"
	blobSignIn  = "signin"
)

// Marketer is a member of staff who signs in to the console.
type Marketer struct {
	ID       StaffID
	Name     string
	Password string `json:",omitempty"` // argon2id in PHC form; empty until one is chosen
	Lang     string `json:",omitempty"`
	Created  time.Time
}

// SignIn is a one-time way in, carried by a signed link.
type SignIn struct {
	ID      string // bare: the token's jti
	Staff   StaffID
	Expires time.Time
}

// Session is a signed-in browser. Its secret is known to the browser only.
type Session struct {
	Staff   StaffID
	Created time.Time
	Seen    time.Time
}

// NewSignIn makes a one-time sign-in for the marketer of this name, who is
// made when new.
func (s *Service) NewSignIn(ctx context.Context, name string) (SignIn, error) {
	name, err := text("name", name, 100)
	if err != nil {
		return SignIn{}, err
	}
	if name == "" {
		return SignIn{}, Bad("name", "staff.name")
	}
	var in SignIn
	err = s.store.Update(ctx, func(tx Tx) error {
		who, err := staffNamed(tx, name)
		if Is(err, NotFound) {
			who = Marketer{ID: StaffID("stf_" + newBare(tx.Now(), s.random)), Name: name, Created: tx.Now()}
			err = putJSON(tx, blobStaff, string(who.ID), who)
		}
		if err != nil {
			return err
		}
		in = SignIn{ID: newBare(tx.Now(), s.random), Staff: who.ID, Expires: tx.Now().Add(SignInLife)}
		return putJSON(tx, blobSignIn, in.ID, in)
	})
	return in, err
}

// PeekSignIn tells for whom a one-time sign-in is, without using it: previews
// fetch it too.
func (s *Service) PeekSignIn(ctx context.Context, id string) (Marketer, error) {
	var who Marketer
	err := s.store.View(ctx, func(tx Tx) error {
		var err error
		_, who, err = signIn(tx, id)
		return err
	})
	return who, err
}

// UseSignIn uses a one-time sign-in up and starts a session.
func (s *Service) UseSignIn(ctx context.Context, id string) (Marketer, string, error) {
	var who Marketer
	var secret string
	err := s.store.Update(ctx, func(tx Tx) error {
		in, m, err := signIn(tx, id)
		if err != nil {
			return err
		}
		who = m
		if err := tx.DeleteBlob(blobSignIn, in.ID); err != nil {
			return err
		}
		secret, err = s.startSession(tx, who.ID)
		return err
	})
	return who, secret, err
}

func signIn(tx Tx, id string) (SignIn, Marketer, error) {
	var in SignIn
	var who Marketer
	if err := getJSON(tx, blobSignIn, id, &in); err != nil {
		if Is(err, NotFound) {
			err = No(NotFound, "staff.signin")
		}
		return in, who, err
	}
	if !tx.Now().Before(in.Expires) {
		return in, who, No(NotFound, "staff.signin")
	}
	return in, who, getJSON(tx, blobStaff, string(in.Staff), &who)
}

// SignInWithPassword starts a session for a name and its password. The answer
// and its time tell nothing about which of the two was wrong.
func (s *Service) SignInWithPassword(ctx context.Context, name, password string) (Marketer, string, error) {
	var who Marketer
	err := s.store.View(ctx, func(tx Tx) error {
		var err error
		who, err = staffNamed(tx, strings.TrimSpace(name))
		if Is(err, NotFound) {
			err = nil
		}
		return err
	})
	if err != nil {
		return who, "", err
	}
	ok, err := s.checkPassword(ctx, who.Password, password)
	if err != nil {
		return Marketer{}, "", err
	}
	if !ok {
		return Marketer{}, "", No(Unsigned, "staff.password_wrong")
	}
	var secret string
	err = s.store.Update(ctx, func(tx Tx) error {
		secret, err = s.startSession(tx, who.ID)
		return err
	})
	return who, secret, err
}

// SetPassword chooses a marketer's password and ends their other sessions;
// keep is the secret of the one that stays.
func (s *Service) SetPassword(ctx context.Context, id StaffID, password, keep string) error {
	if n := len([]rune(password)); n < MinPassword || n > 200 {
		return Bad("password", "staff.password_short", "n", MinPassword)
	}
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx Tx) error {
		var who Marketer
		if err := getJSON(tx, blobStaff, string(id), &who); err != nil {
			return err
		}
		var old []string
		if err := tx.Blobs(blobSession, "", func(key string, value []byte) bool {
			var session Session
			if json.Unmarshal(value, &session) == nil && session.Staff == id && key != sessionKey(keep) {
				old = append(old, key)
			}
			return true
		}); err != nil {
			return err
		}
		for _, key := range old {
			if err := tx.DeleteBlob(blobSession, key); err != nil {
				return err
			}
		}
		who.Password = hash
		return putJSON(tx, blobStaff, string(id), who)
	})
}

// SignedIn tells whose session a secret is. It writes at most once an hour.
func (s *Service) SignedIn(ctx context.Context, secret string) (Marketer, error) {
	var who Marketer
	var session Session
	var now time.Time
	key := sessionKey(secret)
	err := s.store.View(ctx, func(tx Tx) error {
		now = tx.Now()
		if err := getJSON(tx, blobSession, key, &session); err != nil {
			return err
		}
		return getJSON(tx, blobStaff, string(session.Staff), &who)
	})
	if Is(err, NotFound) || err == nil && (now.Sub(session.Seen) > SessionIdle || now.Sub(session.Created) > SessionLife) {
		return Marketer{}, No(Unsigned, "staff.signed_out")
	}
	if err == nil && now.Sub(session.Seen) > time.Hour {
		session.Seen = now
		if err := s.store.Update(ctx, func(tx Tx) error { return putJSON(tx, blobSession, key, session) }); err != nil {
			s.log.Warn("a session's last use was not noted", "err", err)
		}
	}
	return who, err
}

// SignOut ends a session.
func (s *Service) SignOut(ctx context.Context, secret string) error {
	return s.store.Update(ctx, func(tx Tx) error { return tx.DeleteBlob(blobSession, sessionKey(secret)) })
}

// Staff lists the marketers by age.
func (s *Service) Staff(ctx context.Context) ([]Marketer, error) {
	var out []Marketer
	err := s.store.View(ctx, func(tx Tx) error {
		out = out[:0]
		return eachStaff(tx, func(m Marketer) bool { out = append(out, m); return true })
	})
	return out, err
}

func (s *Service) startSession(tx Tx, who StaffID) (string, error) {
	secret := newSecret(s.random)
	return secret, putJSON(tx, blobSession, sessionKey(secret), Session{Staff: who, Created: tx.Now(), Seen: tx.Now()})
}

func staffNamed(tx Tx, name string) (Marketer, error) {
	var found Marketer
	err := eachStaff(tx, func(m Marketer) bool {
		if strings.EqualFold(m.Name, name) {
			found = m
		}
		return found.ID == ""
	})
	if err == nil && found.ID == "" {
		err = No(NotFound, "staff.unknown")
	}
	return found, err
}

func eachStaff(tx Tx, yield func(Marketer) bool) error {
	return tx.Blobs(blobStaff, "", func(_ string, value []byte) bool {
		var m Marketer
		return json.Unmarshal(value, &m) != nil || yield(m)
	})
}

// newSecret makes 256 random bits in 43 characters.
func newSecret(random io.Reader) string {
	var b [32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		panic("release: the random source failed: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// sessionKey is what is stored of a secret.
func sessionKey(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func putJSON(tx Tx, kind, key string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return tx.PutBlob(kind, key, b)
}

func getJSON(tx Tx, kind, key string, v any) error {
	b, err := tx.Blob(kind, key)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}
