package cascade

import (
	"math"
	"slices"
)

// Count says how many people have a number of children.
type Count struct {
	Kids, People int
}

// Spread is how unequally sharing is distributed.
type Spread struct {
	Offspring []Count  // by number of children, ascending
	Mean      *float64 // children per viewer
	Variance  *float64 // of children, over all viewers
	// Gini over all viewers is near 1 in every real campaign, because most
	// share nothing: read the one among sharers beside it.
	Gini, GiniSharers *float64
	// Share of all children brought by the top 1 % and 10 % of viewers.
	Top1, Top10 *float64
	// Share of sharers who bring 80 % of the children, the fewest that do.
	For80 *float64
	// Dispersion k of the negative binomial, by moments and by likelihood; nil
	// when the variance does not exceed the mean.
	Dispersion, DispersionML *float64
	Hill                     *float64 // tail index from 10 children on; nil below 50 such viewers
}

// Spread measures the distribution of children.
func (f *Forest) Spread() Spread {
	return SpreadOf(Histogram(f.Kids))
}

// Histogram counts equal values, ascending.
func Histogram(kids []int32) []Count {
	low := make([]int, 64)
	high := map[int]int{}
	for _, k := range kids {
		if int(k) < len(low) {
			low[k]++
		} else {
			high[int(k)]++
		}
	}
	var out []Count
	for k, n := range low {
		if n > 0 {
			out = append(out, Count{k, n})
		}
	}
	start := len(out)
	for k, n := range high {
		out = append(out, Count{k, n})
	}
	slices.SortFunc(out[start:], func(a, b Count) int { return a.Kids - b.Kids })
	return out
}

// SpreadOf measures a histogram in ascending order.
func SpreadOf(h []Count) Spread {
	out := Spread{Offspring: h}
	n, sum, squares := totals(h)
	if n == 0 {
		return out
	}
	m := sum / n
	v := squares/n - m*m
	out.Mean, out.Variance = &m, &v
	sharers := h
	if h[0].Kids == 0 {
		sharers = h[1:]
	}
	out.Gini, out.GiniSharers = Gini(h), Gini(sharers)
	if sum > 0 {
		out.Top1, out.Top10 = ratio(topSum(h, 0.01), sum), ratio(topSum(h, 0.10), sum)
		people, _, _ := totals(sharers)
		out.For80 = ratio(fewest(sharers, 0.8*sum), people)
	}
	if v > m && m > 0 {
		k := m * m / (v - m)
		out.Dispersion = &k
		k = fitDispersion(h, m, k)
		out.DispersionML = &k
	}
	out.Hill = hill(h, 10, 50)
	return out
}

func totals(h []Count) (n, sum, squares float64) {
	for _, c := range h {
		k, p := float64(c.Kids), float64(c.People)
		n, sum, squares = n+p, sum+k*p, squares+k*k*p
	}
	return n, sum, squares
}

// Gini of a histogram in ascending order: 2 sum(i x_i)/(n sum x) - (n+1)/n;
// nil if all values are zero.
func Gini(h []Count) *float64 {
	n, sum, _ := totals(h)
	if sum == 0 {
		return nil
	}
	var ranked, before float64
	for _, c := range h {
		p := float64(c.People)
		ranked += float64(c.Kids) * (p*before + p*(p+1)/2)
		before += p
	}
	g := 2*ranked/(n*sum) - (n+1)/n
	return &g
}

// topSum adds the children of the top share of people, at least one person.
func topSum(h []Count, share float64) float64 {
	n, _, _ := totals(h)
	left := math.Ceil(share * n)
	var sum float64
	for i := len(h) - 1; i >= 0 && left > 0; i-- {
		take := min(left, float64(h[i].People))
		sum += take * float64(h[i].Kids)
		left -= take
	}
	return sum
}

// fewest is the least number of people whose children add up to goal.
func fewest(h []Count, goal float64) float64 {
	var people float64
	for i := len(h) - 1; i >= 0 && goal > 1e-9; i-- {
		need := min(math.Ceil(goal/float64(h[i].Kids)-1e-9), float64(h[i].People))
		people += need
		goal -= need * float64(h[i].Kids)
	}
	return people
}

// fitDispersion maximises the negative binomial's likelihood over k at mean m
// by golden section in ln k.
func fitDispersion(h []Count, m, start float64) float64 {
	cost := func(lnk float64) float64 {
		k := math.Exp(lnk)
		base, _ := math.Lgamma(k)
		var s float64
		for _, c := range h {
			x := float64(c.Kids)
			g, _ := math.Lgamma(x + k)
			s -= float64(c.People) * (g - base - k*math.Log1p(m/k) + x*math.Log(m/(k+m)))
		}
		return s
	}
	return math.Exp(golden(cost, math.Log(start)-6, math.Log(start)+6))
}

// golden finds the lowest point of a one-humped function between lo and hi.
func golden(cost func(float64) float64, lo, hi float64) float64 {
	const phi = 0.6180339887498949
	a, b := hi-phi*(hi-lo), lo+phi*(hi-lo)
	ca, cb := cost(a), cost(b)
	for range 80 {
		if ca < cb {
			hi, b, cb = b, a, ca
			a = hi - phi*(hi-lo)
			ca = cost(a)
		} else {
			lo, a, ca = a, b, cb
			b = lo + phi*(hi-lo)
			cb = cost(b)
		}
	}
	return (lo + hi) / 2
}

// hill is the tail index 1/mean ln(x/xmin) over x >= xmin.
func hill(h []Count, xmin, enough int) *float64 {
	var n, logs float64
	for _, c := range h {
		if c.Kids >= xmin {
			n += float64(c.People)
			logs += float64(c.People) * math.Log(float64(c.Kids)/float64(xmin))
		}
	}
	if n < float64(enough) {
		return nil
	}
	return ratio(n, logs)
}

// Extinction is the chance that a seed's cascade dies out, offspring negative
// binomial with mean r and dispersion k (k = +Inf for Poisson). It is 1 when
// r <= 1 (and r has any variance).
func Extinction(r, k float64) float64 {
	if r <= 1 || k <= 0 {
		return 1
	}
	// Newton from 0 on the convex G(q)-q climbs to the smallest root.
	var q float64
	for range 200 {
		var g, slope float64
		if math.IsInf(k, 1) {
			g = math.Exp(r * (q - 1))
			slope = r * g
		} else {
			base := 1 + r*(1-q)/k
			g = math.Pow(base, -k)
			slope = r * g / base
		}
		step := (g - q) / (1 - slope)
		q += step
		if !(math.Abs(step) > 1e-14) {
			break
		}
	}
	return min(max(q, 0), 1)
}
