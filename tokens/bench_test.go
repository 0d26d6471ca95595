package tokens

import (
	"crypto/hmac"
	"crypto/sha256"
	"testing"
	"time"
)

// bare measures HMAC-SHA256 of the same text alone, in the same run: the part
// of the work that no design can save.
func bare(b *testing.B, k *Keyring, s string) time.Duration {
	key := k.ring.Load().byKid[k.Active()]
	text := []byte(key.header + s[len(key.Kid):len(s)-sigLen-1])
	const times = 20_000
	start := time.Now()
	for range times {
		m := hmac.New(sha256.New, key.secret.reveal())
		m.Write(text)
		m.Sum(nil)
	}
	return time.Since(start) / times
}

func ratio(b *testing.B, base time.Duration) {
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(base), "×hmac")
}

func BenchmarkSign(b *testing.B) {
	k := newRingFile(b)
	c := sample()[0]
	base := bare(b, k, mint(b, k, c))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Sign(c); err != nil {
			b.Fatal(err)
		}
	}
	ratio(b, base)
}

func BenchmarkVerify(b *testing.B) {
	k := newRingFile(b)
	s := mint(b, k, sample()[0])
	base := bare(b, k, s)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := k.Verify(Link, s, noon); err != nil {
			b.Fatal(err)
		}
	}
	ratio(b, base)
}

func BenchmarkRefuse(b *testing.B) {
	k := newRingFile(b)
	s := mint(b, k, sample()[0])
	for name, bad := range map[string]string{"form": s + "x", "key": "zzz" + s[1:], "signature": s[:len(s)-1] + "A"} {
		b.Run(name, func(b *testing.B) {
			base := bare(b, k, s)
			b.ReportAllocs()
			for b.Loop() {
				_, _, _ = k.Verify(Link, bad, noon)
			}
			ratio(b, base)
		})
	}
}
