package release

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/argon2"
)

// argon2id as OWASP's password storage cheat sheet gives it: 19 MiB, two
// passes, one lane.
const (
	argonMemory = 19 * 1024
	argonTime   = 2
	argonLanes  = 1
	argonBytes  = 32
)

// argonAtOnce keeps signing in from being a way to use up the machine's
// memory: so many at once, the others wait with their request.
const argonAtOnce = 4

// noPassword is checked against when nobody has the name, so that both take as long.
const noPassword = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

func (s *Service) hashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, 16)
	if _, err := io.ReadFull(s.random, salt); err != nil {
		return "", err
	}
	sum, err := s.derive(ctx, password, salt)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(sum)), nil
}

func (s *Service) checkPassword(ctx context.Context, hash, password string) (bool, error) {
	known := hash != ""
	if !known {
		hash = noPassword
	}
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[3] != fmt.Sprintf("m=%d,t=%d,p=%d", argonMemory, argonTime, argonLanes) {
		return false, fmt.Errorf("release: a stored password has a form this version does not know")
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, err
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, err
	}
	sum, err := s.derive(ctx, password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(sum, want) == 1 && known, nil
}

func (s *Service) derive(ctx context.Context, password string, salt []byte) ([]byte, error) {
	if err := s.argon.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer s.argon.Release(1)
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonBytes), nil
}
