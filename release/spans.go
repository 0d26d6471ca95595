package release

import (
	"math"
	"slices"
)

// tenth rounds to 0.1 s: players report no finer, and rows stay small.
func tenth(x float64) float64 { return math.Round(x*10) / 10 }

// union merges spans into sorted, disjoint ones. What is reversed, not a
// number or outside [0, limit] is dropped or clipped; limit 0 means no limit.
func union(limit float64, sets ...[]Span) []Span {
	var all []Span
	for _, set := range sets {
		for _, s := range set {
			if math.IsNaN(s.From) || math.IsNaN(s.To) {
				continue
			}
			s.From, s.To = tenth(max(s.From, 0)), tenth(s.To)
			if limit > 0 {
				s.To = min(s.To, tenth(limit))
			}
			if s.To > s.From && !math.IsInf(s.To, 0) {
				all = append(all, s)
			}
		}
	}
	slices.SortFunc(all, func(a, b Span) int {
		switch {
		case a.From < b.From:
			return -1
		case a.From > b.From:
			return 1
		}
		return 0
	})
	out := all[:0]
	for _, s := range all {
		if n := len(out); n > 0 && s.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, s.To)
			continue
		}
		out = append(out, s)
	}
	return slices.Clip(out)
}

// covered adds up disjoint spans, in seconds.
func covered(spans []Span) float64 {
	total := 0.0
	for _, s := range spans {
		total += s.To - s.From
	}
	return total
}

// within gives as much of fresh as keeps covered(old ∪ fresh) <= most,
// earliest first.
func within(most float64, old, fresh []Span, limit float64) []Span {
	if both := union(limit, old, fresh); covered(both) <= most {
		return both
	}
	out := union(limit, old)
	for _, s := range union(limit, fresh) {
		room := most - covered(out)
		if room <= 0 {
			break
		}
		whole := union(limit, out, []Span{s})
		if over := covered(whole) - most; over > 0 {
			s.To -= over
			whole = union(limit, out, []Span{s})
		}
		out = whole
	}
	return out
}
