package tokens

import (
	"crypto/sha256"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// T6: substitute, insert and delete every byte everywhere; nothing but the
// minted string is accepted.
func TestTheOnlyAcceptedStringIsTheMintedOne(t *testing.T) {
	k := newRingFile(t)
	for _, c := range []Claims{sample()[0], sample()[2]} {
		s := mint(t, k, c)
		tried := 0
		try := func(m string) {
			if m == s {
				return
			}
			tried++
			if _, _, err := k.Verify(c.Purpose, m, noon); err == nil {
				t.Errorf("%v: accepted %q for %q", c.Purpose, m, s)
			}
		}
		for i := range len(s) + 1 {
			for b := range 256 {
				try(s[:i] + string([]byte{byte(b)}) + s[i:])
				if i < len(s) {
					try(s[:i] + string([]byte{byte(b)}) + s[i+1:])
				}
			}
			if i < len(s) {
				try(s[:i] + s[i+1:])
				try(s[:i] + s[i:i+1] + s[i:])
				try(s[:i] + fmt.Sprintf("%%%02x", s[i]) + s[i+1:])
				try(s[:i])
				try(s[i:])
			}
			for _, odd := range []string{"\r\n", "%0A", "%0d", "\u200b", "．", "%2e", "%00", "=", "==", "\ufeff", "%E2%80%8B"} {
				try(s[:i] + odd + s[i:])
			}
		}
		for _, odd := range []string{strings.ToUpper(s), strings.ToLower(s), s + s, s + "." + s, "Bearer " + s, `"` + s + `"`,
			strings.ReplaceAll(s, ".", "．"), strings.ReplaceAll(s, ".", "%2e"), "0" + s, s + "=", "." + s, s + ".",
			// T15: two at once, as a list or a query would give them.
			s + "," + s, s + ";" + s, s + "&t=" + s, s + "?t=" + s, s + "#" + s, s + " " + s, s + "/" + s, "t=" + s} {
			try(odd)
		}
		if tried < 60_000 {
			t.Errorf("only %d mutants", tried)
		}
	}
}

// The standard decoder skips these, so the signature alone would stop them.
func TestDecodeSkipsNothing(t *testing.T) {
	for _, bad := range []string{"AA\nAA", "AAAA\n", "\rAAAA", "AA\r\nAA", "\n", "AAAA=", "AA==", "AAA+", "AAA/", "AA AA", "AB", "AAB", "A"} {
		if raw, ok := decode(bad); ok {
			t.Errorf("decode(%q) = %v", bad, raw)
		}
	}
	if raw, ok := decode("-_8A"); !ok || string(raw) != "\xfb\xff\x00" {
		t.Errorf("%v, %v", raw, ok)
	}
}

// T5: payloads that a JSON reader would take in another sense, signed by the
// right key.
func TestPayloadHasOneForm(t *testing.T) {
	k := newRingFile(t)
	key := k.ring.Load().byKid[k.Active()]
	good := string(payload(sample()[0]))
	signed := func(p string) string {
		body := b64.EncodeToString([]byte(p))
		return key.Kid + "." + body + "." + forge(k, sha256.New, key.header, body)
	}
	if _, _, err := k.Verify(Link, signed(good), noon); err != nil {
		t.Fatalf("the good one: %v", err)
	}
	swap := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	exp := fmt.Sprint(sample()[0].Expires.Unix())
	for _, p := range []string{
		"", "null", "[]", `""`, "{}", "1", "true", good + " ", " " + good, good + "{}", good + good, "\ufeff" + good, good + "\x00",
		swap(`"aud"`, `"AUD"`), swap(`"jti"`, `"Jti"`), swap(`"exp"`, `"eXp"`), swap(`"aud"`, `"\u0061ud"`), swap(`"exp"`, `"exſ"`),
		swap(`"aud":"l"`, `"aud":["l"]`), swap(`"aud":"l"`, `"aud":"l","aud":"l"`), swap(`"aud":"l",`, ``),
		swap(`"jti":`, `"jti":"x","jti":`), swap(`"jti":`, `"sub":`), swap(`,"jti":"`+anID+`"`, ``), swap(anID, strings.ToUpper(anID)),
		swap(exp, `"`+exp+`"`), swap(exp, "null"), swap(exp, "-"+exp[1:]), swap(exp, "1e30"), swap(exp, "1.8000036e9"), swap(exp, exp+".0"),
		swap(exp, "0"), swap(exp, "0"+exp[1:]), swap(exp, "-1"), swap(exp, "18000036000000000000000"), swap(exp, "+"+exp[1:]), swap(`"exp":`+exp+`,`, ``),
		swap(`,"exp"`, `, "exp"`), swap("}", `,"nbf":1}`), swap("}", `,"adm":true}`), swap("}", `,"sub":"`+another+`"}`), swap("}", `,"sub":""}`),
		`{"exp":` + exp + `,"aud":"l","jti":"` + anID + `"}`,
		strings.Repeat(`{"a":`, 3000) + "1" + strings.Repeat("}", 3000),
	} {
		wantReason(t, k, Link, signed(p), noon, Malformed)
	}
}

// T5, T7: a hostile text costs nothing.
func TestHostileTextIsCheap(t *testing.T) {
	k := newRingFile(t)
	s := mint(t, k, sample()[0])
	for name, bad := range map[string]string{
		"100,000 dots":  strings.Repeat(".", 100_000),
		"2 MB":          strings.Repeat("A", 2<<20),
		"2 MB of ours":  s + strings.Repeat("A", 2<<20),
		"a long kid":    strings.Repeat("k", 600) + s,
		"a JOSE header": "eyJ" + strings.Repeat("e30.", 200_000),
		"a full size":   strings.Repeat("z", MaxLen),
		"deep":          "1." + b64.EncodeToString([]byte(strings.Repeat("[", 3000))) + "." + strings.Repeat("A", sigLen),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		_, _, err := k.Verify(Link, bad, noon)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; err == nil || got > 64<<10 || took > 5*time.Millisecond {
			t.Errorf("%s: %v, %d bytes, %v", name, err, got, took)
		}
		if n := testing.AllocsPerRun(20, func() { _, _, _ = k.Verify(Link, bad, noon) }); n > 10 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestReasons(t *testing.T) {
	k := newRingFile(t)
	s := mint(t, k, sample()[0])
	front, body, _ := strings.Cut(s, ".")
	if err := k.Revoke(k.Active()); err != nil {
		t.Fatal(err)
	}
	fresh := mint(t, k, sample()[0])
	flipped := []byte(fresh)
	if at := len(flipped) - 10; flipped[at] == 'A' {
		flipped[at] = 'B'
	} else {
		flipped[at] = 'A'
	}
	for _, c := range []struct {
		token string
		at    time.Time
		want  Reason
	}{
		{"", noon, Malformed}, {"x", noon, Malformed}, {"eyJhbGciOiJub25lIn0.e30.", noon, Alg}, {"eyJ", noon, Alg},
		{"zzz." + body, noon, UnknownKey}, {"Z." + body, noon, Malformed}, {front + "." + body, noon, RevokedKey},
		{fresh, noon.Add(time.Hour), Expired}, {string(flipped), noon, Signature},
		{strings.Replace(fresh, k.Active()+".", "0"+k.Active()+".", 1), noon, UnknownKey},
	} {
		wantReason(t, k, Link, c.token, c.at, c.want)
	}
}

func FuzzVerify(f *testing.F) {
	k := newRingFile(f)
	minted := map[Purpose]map[string]bool{}
	for _, c := range sample() {
		s := mint(f, k, c)
		if minted[c.Purpose] == nil {
			minted[c.Purpose] = map[string]bool{}
		}
		minted[c.Purpose][s] = true
		f.Add(byte(c.Purpose), s)
		f.Add(byte(c.Purpose), s+"\n")
	}
	f.Add(byte('l'), "eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, p byte, s string) {
		_, _, err := k.Verify(Purpose(p), s, noon)
		if err == nil && !minted[Purpose(p)][s] {
			t.Fatalf("accepted %q, never minted", s)
		}
		if err != nil && ReasonOf(err) == "" {
			t.Fatalf("%q: an error without a reason: %v", s, err)
		}
	})
}
