package tokens

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
)

func TestASecretIsNotSeen(t *testing.T) {
	const word = "correct-horse-battery-staple-123"
	s := NewSecret([]byte(word))
	type inside struct {
		Shown  Secret
		hidden Secret
		many   []Secret
		deep   map[string]*Secret
	}
	var log bytes.Buffer
	l := slog.New(slog.NewJSONHandler(&log, nil))
	k := newRingFile(t)
	own := k.ring.Load().byKid[k.Active()].secret.reveal()
	v := inside{s, s, []Secret{s}, map[string]*Secret{"x": &s}}
	for _, x := range []any{s, &s, v, &v, []Secret{s}, k, k.ring.Load(), k.Keys(), *k.ring.Load().keys[0]} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%08b", "%t"} {
			fmt.Fprintf(&log, verb+"\n", x)
		}
		fmt.Fprint(&log, x)
		l.Info("x", "it", x)
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "it", x)
	}
	// Every way of writing down bytes.
	for _, b := range [][]byte{[]byte(word), own} {
		for _, form := range []string{string(b), fmt.Sprintf("%x", b), fmt.Sprintf("%X", b), b64.EncodeToString(b), strings.Trim(fmt.Sprint(b), "[]"), fmt.Sprintf("%08b", b)} {
			if bytes.Contains(log.Bytes(), []byte(form)) {
				t.Errorf("it shows as %s", form)
			}
		}
	}
	if _, err := json.Marshal(s); err == nil {
		t.Error("JSON")
	}
	if _, err := json.Marshal(map[string]any{"s": &s}); err == nil {
		t.Error("JSON in a map")
	}
	if _, err := xml.Marshal(s); err == nil {
		t.Error("XML")
	}
	if err := gob.NewEncoder(&bytes.Buffer{}).Encode(s); err == nil {
		t.Error("gob")
	}
	if reflect.TypeFor[Secret]().Comparable() {
		t.Error("== compiles on a secret")
	}
}

func TestSecretsCompare(t *testing.T) {
	a, b := NewSecret([]byte("aaaa")), NewSecret([]byte("aaaa"))
	if !a.Equal(b) || a.Equal(NewSecret([]byte("aaab"))) || a.Equal(NewSecret([]byte("aaa"))) {
		t.Error("a comparison is wrong")
	}
	if (Secret{}).Equal(Secret{}) || a.Equal(Secret{}) || (Secret{}).Equal(a) || NewSecret(nil).Equal(NewSecret(nil)) {
		t.Error("an empty secret equals something")
	}
	from := []byte("aaaa")
	c := NewSecret(from)
	from[0] = 'b'
	if !c.Equal(a) {
		t.Error("the secret changes with what it was made from")
	}
}
