package cascade

import "math"

// Rule says how the value of a view is spread over the chain above it.
type Rule uint8

// The rules.
const (
	LastTouch  Rule = iota // all to the parent
	FirstTouch             // all to the seed's viewer
	Linear                 // evenly; equal to the Shapley value, so nothing is sampled
	Geometric              // each step up gets Param (0..1) of the one below it
	TimeDecay              // halves every Param seconds between ancestor and the view's parent
)

// Credit spreads value over ancestors in one pass from the latest arrival
// back. value[i] is what viewer i is worth (nil = 1 each); a root's own value
// belongs to the seeding and is left out. param is for Geometric and TimeDecay
// (out of range it is pulled in). The result adds up to the value of all
// viewers that have a parent.
func (f *Forest) Credit(rule Rule, param float64, value []float64) []float64 {
	out := make([]float64, f.Len())
	worth := func(i int) float64 {
		if value == nil {
			return 1
		}
		return value[i]
	}
	switch rule {
	case LastTouch:
		for i, p := range f.Parent {
			if p >= 0 {
				out[p] += worth(i)
			}
		}
	case FirstTouch:
		for i, p := range f.Parent {
			if p >= 0 {
				out[f.Roots[f.Tree[i]]] += worth(i)
			}
		}
	case Linear:
		for i := f.Len() - 1; i >= 0; i-- {
			if p := f.Parent[i]; p >= 0 {
				out[p] += out[i] + worth(i)/float64(f.Depth[i])
			}
		}
	case Geometric:
		l := min(max(param, 1e-9), 1-1e-9)
		for i := f.Len() - 1; i >= 0; i-- {
			if p := f.Parent[i]; p >= 0 {
				// 1-l^d by expm1 keeps its digits when l is near 1.
				w := (1 - l) / -math.Expm1(float64(f.Depth[i])*math.Log(l))
				out[p] += l*out[i] + w*worth(i)
			}
		}
	case TimeDecay:
		f.timeDecay(max(param, 1e-6), worth, out)
	}
	return out
}

// timeDecay needs no walk per view: an ancestor's weight relative to its
// child's is 2^(-gap/half) whatever the view, so sums and credits pass on from
// parent to child by that factor.
func (f *Forest) timeDecay(half float64, worth func(int) float64, out []float64) {
	factor := func(i int) float64 {
		return math.Exp2(-seconds(f.At[i]-f.At[f.Parent[i]]) / half)
	}
	norm := make([]float64, f.Len()) // weights of i and its ancestors, i's being 1
	for i, p := range f.Parent {
		norm[i] = 1
		if p >= 0 {
			norm[i] += factor(i) * norm[p]
		}
	}
	for i := f.Len() - 1; i >= 0; i-- {
		if p := f.Parent[i]; p >= 0 {
			out[p] += factor(i)*out[i] + worth(i)/norm[p]
		}
	}
}
