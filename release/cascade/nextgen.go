package cascade

import "math"

// NextGeneration is the matrix of hand-offs by channel: who came through one
// brings how many through another.
type NextGeneration struct {
	Channels []uint8     // those that anybody came through, ascending
	People   []int       // viewers who came through each: fold the small ones
	Children [][]int     // counted
	Mean     [][]float64 // corrected for youth and shrunk to the prior
	R        float64     // spectral radius: the campaign's R
	Mix      []float64   // stable mix of channels (left eigenvector, adds up to 1)
	Value    []float64   // worth of one viewer per channel (right eigenvector, mean 1 over Mix)
	// Elasticity[c][d] says by what share R grows per share of growth of
	// Mean[c][d]; they add up to 1. It names the hand-off to improve.
	Elasticity [][]float64
}

// NextGeneration measures hand-offs known at now (microseconds); nil without
// viewers. The prior's children are spread evenly over the channels.
func (f *Forest) NextGeneration(now int64, delay Delay, prior Prior) *NextGeneration {
	var slot [256]int
	out := &NextGeneration{}
	var present [256]bool
	for i := range f.Parent {
		if f.At[i] <= now {
			present[f.Channel[i]] = true
		}
	}
	for c, yes := range present {
		if yes {
			slot[c] = len(out.Channels)
			out.Channels = append(out.Channels, uint8(c))
		}
	}
	m := len(out.Channels)
	if m == 0 {
		return nil
	}
	out.People = make([]int, m)
	exposure := make([]float64, m)
	out.Children, out.Mean, out.Elasticity = make([][]int, m), square(m), square(m)
	for c := range m {
		out.Children[c] = make([]int, m)
	}
	for i, p := range f.Parent {
		if f.At[i] > now {
			break
		}
		c := slot[f.Channel[i]]
		out.People[c]++
		exposure[c] += delay.CDF(seconds(now - f.At[i]))
		if p >= 0 {
			out.Children[slot[f.Channel[p]]][c]++
		}
	}
	for c := range m {
		for d := range m {
			out.Mean[c][d] = (prior.A/float64(m) + float64(out.Children[c][d])) / (prior.B + exposure[c])
		}
	}
	out.eigen()
	return out
}

func square(m int) [][]float64 {
	out := make([][]float64, m)
	for i := range out {
		out[i] = make([]float64, m)
	}
	return out
}

// eigen finds the leading root and its vectors by power iteration: the prior
// keeps every cell positive, so it converges to the only positive pair.
func (g *NextGeneration) eigen() {
	m := len(g.Channels)
	var left, right []float64
	left, g.R = power(m, func(i, j int) float64 { return g.Mean[j][i] })
	right, _ = power(m, func(i, j int) float64 { return g.Mean[i][j] })
	var dot float64
	for c := range m {
		dot += left[c] * right[c]
	}
	for c := range m {
		for d := range m {
			g.Elasticity[c][d] = g.Mean[c][d] / g.R * left[c] * right[d] / dot
		}
	}
	g.Mix, g.Value = left, make([]float64, m)
	for c := range m {
		g.Value[c] = right[c] / dot
	}
}

// power gives the positive vector x (sum 1) and root with sum_j at(i,j) x_j =
// root x_i.
func power(m int, at func(i, j int) float64) (x []float64, root float64) {
	x = make([]float64, m)
	for i := range x {
		x[i] = 1 / float64(m)
	}
	next := make([]float64, m)
	for range 10_000 {
		var sum float64
		for i := range m {
			next[i] = 0
			for j := range m {
				next[i] += at(i, j) * x[j]
			}
			sum += next[i]
		}
		var moved float64
		for i := range m {
			next[i] /= sum
			moved += math.Abs(next[i] - x[i])
		}
		x, next = next, x
		if root = sum; moved < 1e-14 {
			break
		}
	}
	return x, root
}
