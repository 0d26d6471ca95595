package cascade

import (
	"math"
	"math/rand/v2"
	"slices"
)

// SizesAt gives the size of each chosen cascade (nil = all) within age seconds
// of its root's arrival: cohorts are compared at equal age only. Cascades
// younger than that at now (microseconds) are left out.
func (f *Forest) SizesAt(age float64, now int64, pick func(root int32) bool) []float64 {
	size := make([]int32, len(f.Roots))
	window := int64(age * 1e6)
	for i, t := range f.Tree {
		if f.At[i]-f.At[f.Roots[t]] <= window {
			size[t]++
		}
	}
	var out []float64
	for t, r := range f.Roots {
		if now-f.At[r] >= window && (pick == nil || pick(r)) {
			out = append(out, float64(size[t]))
		}
	}
	return out
}

// MinCohort is the least number of seeds a side for a comparison.
const MinCohort = 30

// Comparison sets two cohorts of cascades against each other.
type Comparison struct {
	SeedsA, SeedsB     int
	MeanA, MeanB       float64 // cascade size
	TrimmedA, TrimmedB float64 // without the largest and smallest 5 %
	Difference         float64 // MeanB - MeanA
	Low, High          float64 // 95 %, by resampling whole cascades
	Chance             float64 // two-sided p
	Detectable         float64 // smallest difference seen four times in five
}

// Compare resamples whole cascades (views of one cascade depend on each other)
// draws times. ok is false when a side has fewer than MinCohort seeds.
func Compare(a, b []float64, draws int, rng *rand.Rand) (c Comparison, ok bool) {
	c = Comparison{SeedsA: len(a), SeedsB: len(b)}
	if len(a) < MinCohort || len(b) < MinCohort || draws < 1 {
		return c, false
	}
	a, b = sortedCopy(a), sortedCopy(b)
	c.MeanA, c.MeanB, c.TrimmedA, c.TrimmedB = mean(a), mean(b), trimmed(a), trimmed(b)
	c.Difference = c.MeanB - c.MeanA
	resample := func(x []float64) float64 {
		var s float64
		for range x {
			s += x[rng.IntN(len(x))]
		}
		return s / float64(len(x))
	}
	diffs := make([]float64, draws)
	var below, above, sum, squares float64
	for i := range diffs {
		d := resample(b) - resample(a)
		diffs[i] = d
		sum, squares = sum+d, squares+d*d
		if d <= 0 {
			below++
		}
		if d >= 0 {
			above++
		}
	}
	slices.Sort(diffs)
	n := float64(draws)
	c.Low, c.High = quantile(diffs, 0.025), quantile(diffs, 0.975)
	c.Chance = min(1, 2*(min(below, above)+1)/(n+1))
	c.Detectable = 2.8 * math.Sqrt(max(squares/n-sum/n*sum/n, 0)) // 1.96 + 0.84 standard errors
	return c, true
}

func trimmed(sorted []float64) float64 {
	cut := len(sorted) / 20
	return mean(sorted[cut : len(sorted)-cut])
}

// Holm adjusts p values for having made several comparisons.
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	out := make([]float64, len(p))
	var floor float64
	for rank, i := range order {
		floor = max(floor, min(1, float64(len(p)-rank)*p[i]))
		out[i] = floor
	}
	return out
}
