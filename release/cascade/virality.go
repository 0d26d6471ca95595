package cascade

// Virality is the structural virality 2W/(n(n-1)) of n viewers with Wiener
// index w; ok is false below two viewers.
func Virality(w Wide, n int) (sv float64, ok bool) {
	if n < 2 {
		return 0, false
	}
	return 2 * w.Float64() / (float64(n) * float64(n-1)), true
}

// ViralityScaled is SV*: 0 for a star of n viewers, 1 for a chain of n, so
// that cascades of different sizes compare. ok is false below four viewers.
func ViralityScaled(sv float64, n int) (scaled float64, ok bool) {
	if n < 4 {
		return 0, false
	}
	star := 2 * float64(n-1) / float64(n)
	chain := float64(n+1) / 3
	return (sv - star) / (chain - star), true
}
