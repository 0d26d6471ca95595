package tokens

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTrim(t *testing.T) {
	s := mint(t, newRingFile(t), sample()[0])
	for _, junk := range []string{
		".", ",", ")", "»", "!", "?", ";", ":", `"`, "'", "’", "”", "“", "›", "…", "...", ").", " »", "\u00a0»", "\u202f»", "*", "**", "`",
		"\u200b", "\u200d", "\ufeff", "\u2060", "\u00ad", "\u200e", "\u2069", ">", "]", "}", "。", "）", "！",
		"%2E", "%2e", "%29", "%C2%BB", "%c2%bb", "%E2%80%8B", "%E2%80%99", "%EF%BB%BF", "%E2%80%AF%C2%BB", ".%22", "%20", "%3E%2C",
	} {
		if got := Trim(s + junk); got != s {
			t.Errorf("Trim(… + %q) leaves %q", junk, strings.TrimPrefix(got, s))
		}
	}
	// These are part of nothing pasted: the gate refuses them.
	for _, kept := range []string{"\n", "\r\n", "\x00", "%0A", "%0d%0a", "%00", "%", "%2", "%2G", "=", "==", "/", "&", "x", "-", "_", "%41", "%E2%80", "%BB", "\xbb", "%ff", "%25", "+", "@"} {
		if got := Trim(s + kept); got != s+kept {
			t.Errorf("Trim(… + %q) took something off: %q", kept, strings.TrimPrefix(got, s))
		}
	}
	for in, want := range map[string]string{"": "", ".": "", "...": "", "%2E": "", "/r/" + s + ").": "/r/" + s, ".x": ".x", "%": "%"} {
		if got := Trim(in); got != want {
			t.Errorf("Trim(%q) = %q", in, got)
		}
	}
}

// Whatever marks stick to it, plain or encoded, in any mixture, are taken off,
// once and for all; the token never is.
func TestTrimTakesOffEveryMark(t *testing.T) {
	s := mint(t, newRingFile(t), sample()[2])
	marks := []rune(trailing)
	rapid.Check(t, func(t *rapid.T) {
		in := s
		for range rapid.IntRange(0, 12).Draw(t, "marks") {
			m := string(rapid.SampledFrom(marks).Draw(t, "mark"))
			if rapid.Bool().Draw(t, "encoded") {
				m = encoded(m)
			}
			in += m
		}
		if got := Trim(in); got != s {
			t.Fatalf("Trim(%q) = %q", in, got)
		}
	})
}

func encoded(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteString("%" + string("0123456789ABCDEF"[c>>4]) + string("0123456789ABCDEF"[c&15]))
	}
	return b.String()
}

func FuzzTrim(f *testing.F) {
	f.Add("1.e30.AAAA).")
	f.Add("x%E2%80%8B")
	f.Fuzz(func(t *testing.T, s string) {
		got := Trim(s)
		if !strings.HasPrefix(s, got) || Trim(got) != got {
			t.Fatalf("Trim(%q) = %q", s, got)
		}
		if plain, err := url.PathUnescape(s[len(got):]); err == nil && strings.ContainsAny(plain, "\r\n\x00") {
			t.Fatalf("Trim took a control character off %q", s)
		}
	})
}
