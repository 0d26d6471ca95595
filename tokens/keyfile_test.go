package tokens

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// T12: everything that must stop a start.
func TestKeyFilesThatStopTheStart(t *testing.T) {
	k := newRingFile(t)
	first := k.Active()
	for range 2 {
		if _, err := k.Rotate(); err != nil {
			t.Fatal(err)
		}
	}
	if err := k.Revoke(first); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(k.path)
	if err != nil {
		t.Fatal(err)
	}
	var data fileData
	if err := json.Unmarshal(whole, &data); err != nil || len(data.Keys) != 3 {
		t.Fatal(err, len(data.Keys))
	}
	good := string(whole)
	secret := data.Keys[2].Secret
	swap := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("no %q to change", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	short := b64.EncodeToString(make([]byte, 31))
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		want error
	}{
		"as it was":              {good, 0o600, nil},
		"read only":              {good, 0o400, nil},
		"other blanks":           {strings.ReplaceAll(good, "  ", "\t"), 0o600, nil},
		"empty":                  {"", 0o600, ErrInvalid},
		"only blanks":            {" \n", 0o600, ErrInvalid},
		"half":                   {good[:len(good)/2], 0o600, ErrInvalid},
		"null":                   {"null", 0o600, ErrInvalid},
		"a list":                 {"[]", 0o600, ErrInvalid},
		"twice":                  {good + good, 0o600, ErrInvalid},
		"something behind":       {good + "x", 0o600, ErrInvalid},
		"a PEM":                  {"-----BEGIN PRIVATE KEY-----\n" + secret, 0o600, ErrInvalid},
		"world-readable":         {good, 0o604, ErrUnsafe},
		"group-readable":         {good, 0o640, ErrUnsafe},
		"group-writable":         {good, 0o620, ErrUnsafe},
		"usual":                  {good, 0o644, ErrUnsafe},
		"another type":           {swap(fileType, "jwks"), 0o600, ErrInvalid},
		"a later version":        {swap(`"version": 1`, `"version": 2`), 0o600, ErrInvalid},
		"unknown field":          {swap(`"version": 1`, `"version": 1, "x": 1`), 0o600, ErrInvalid},
		"unknown field of a key": {swap(`"alg": "HS256"`, `"alg": "HS256", "use": "sig"`), 0o600, ErrInvalid},
		"doubled name":           {swap(`"version": 1`, `"version": 1, "version": 1`), 0o600, ErrInvalid},
		"other case":             {swap(`"version"`, `"Version"`), 0o600, ErrInvalid},
		"another algorithm":      {swap(`"HS256"`, `"EdDSA"`), 0o600, ErrInvalid},
		"8 bytes":                {swap(secret, "AAAAAAAAAAA"), 0o600, ErrInvalid},
		"31 bytes":               {swap(secret, short), 0o600, ErrInvalid},
		"no secret":              {swap(`"`+secret+`"`, `""`), 0o600, ErrInvalid},
		"secret not base64url":   {swap(secret, secret[:42]+"+"), 0o600, ErrInvalid},
		"secret padded":          {swap(secret, secret+"="), 0o600, ErrInvalid},
		"kid twice":              {swap(`"kid": "2"`, `"kid": "3"`), 0o600, ErrInvalid},
		"kid of four":            {swap(`"kid": "2"`, `"kid": "2222"`), 0o600, ErrInvalid},
		"kid in capitals":        {swap(`"kid": "2"`, `"kid": "A"`), 0o600, ErrInvalid},
		"kid with a path":        {swap(`"kid": "2"`, `"kid": "../"`), 0o600, ErrInvalid},
		"no kid":                 {swap(`"kid": "2"`, `"kid": ""`), 0o600, ErrInvalid},
		"no active key":          {swap(`"active"`, `"verify-only"`), 0o600, ErrInvalid},
		"two active keys":        {swap(`"verify-only"`, `"active"`), 0o600, ErrInvalid},
		"active with an end":     {withKeys(data, func(k []fileKey) { k[2].Until = k[1].Until }), 0o600, ErrInvalid},
		"two really active":      {withKeys(data, func(k []fileKey) { k[1].State, k[1].Until = Active, nil }), 0o600, ErrInvalid},
		"really none active":     {withKeys(data, func(k []fileKey) { k[2].State, k[2].Until = VerifyOnly, k[1].Until }), 0o600, ErrInvalid},
		"no keys":                {`{"type":"passalong-keyring","version":1,"keys":[]}`, 0o600, ErrInvalid},
		"no list":                {`{"type":"passalong-keyring","version":1,"keys":null}`, 0o600, ErrInvalid},
		"unknown state":          {swap(`"verify-only"`, `"pending"`), 0o600, ErrInvalid},
		"verify-only, no end":    {withKeys(data, func(k []fileKey) { k[1].Until = nil }), 0o600, ErrInvalid},
		"revoked with a secret":  {withKeys(data, func(k []fileKey) { k[0].Secret = secret }), 0o600, ErrInvalid},
		"no date":                {withKeys(data, func(k []fileKey) { k[2].Created = time.Time{} }), 0o600, ErrInvalid},
		"huge":                   {good + strings.Repeat(" ", maxFile), 0o600, ErrInvalid},
	} {
		path := filepath.Join(t.TempDir(), "keys.json")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		ring, err := Open(path, at(noon))
		if !errors.Is(err, c.want) || (ring == nil) != (c.want != nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), secret[:8]) || strings.Contains(err.Error(), short[:8])) {
			t.Errorf("%s: the error shows a secret: %v", name, err)
		}
		if after, _ := os.ReadFile(path); string(after) != c.text {
			t.Errorf("%s: opening changed the file", name)
		}
	}
	if _, err := Open(t.TempDir(), at(noon)); !errors.Is(err, ErrInvalid) {
		t.Errorf("a folder: %v", err)
	}
}

func withKeys(data fileData, change func([]fileKey)) string {
	data.Keys = append([]fileKey(nil), data.Keys...)
	change(data.Keys)
	out, _ := json.Marshal(data)
	return string(out)
}
