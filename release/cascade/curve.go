package cascade

import (
	"math"
	"slices"
)

// Curve is a CDF of age on a fixed grid: ages from gridFirst seconds up, each
// e^gridStep times the one before (97 points, to two months), straight in
// ln(age) between.
type Curve []float64

const (
	gridFirst  = 10.0
	gridStep   = 0.1375
	gridPoints = 97
)

// spot is a place on the grid: between points i-1 and i (0 = before the
// first), at part w of the way.
type spot struct {
	i int
	w float64
}

func place(age float64) spot {
	switch {
	case age <= 0:
		return spot{0, 0}
	case age <= gridFirst:
		return spot{0, age / gridFirst}
	}
	x := math.Log(age/gridFirst) / gridStep
	i := int(x)
	if i >= gridPoints-1 {
		return spot{gridPoints - 1, 1}
	}
	return spot{i + 1, x - float64(i)}
}

func (c Curve) at(s spot) float64 {
	if s.i == 0 {
		return s.w * c[0]
	}
	return c[s.i-1] + s.w*(c[s.i]-c[s.i-1])
}

// CDF makes a Curve a Delay.
func (c Curve) CDF(seconds float64) float64 { return c.at(place(seconds)) }

func gridAge(i int) float64 { return gridFirst * math.Exp(gridStep*float64(i)) }

// curveOf reads another delay on the grid, made to end at 1.
func curveOf(d Delay) Curve {
	c := make(Curve, gridPoints)
	for i := range c {
		c[i] = d.CDF(gridAge(i))
	}
	if last := c[gridPoints-1]; last > 0 {
		for i := range c {
			c[i] /= last
		}
	}
	return c
}

// blend mixes two curves: part of b, the rest of a.
func blend(a, b Curve, part float64) Curve {
	out := slices.Clone(a)
	for i := range out {
		out[i] += part * (b[i] - out[i])
	}
	return out
}

func meanCurve(cs []Curve) Curve {
	out := make(Curve, gridPoints)
	for _, c := range cs {
		for i := range out {
			out[i] += c[i] / float64(len(cs))
		}
	}
	return out
}

// Hours is how lively each hour of the week is against the mean hour, UTC,
// hour 0 being the Unix epoch's (Thursday, midnight). Empty = all alike.
type Hours []float64

const week = 168

// clock turns instants into lively seconds: in a sleepy hour it runs slowly,
// and ages measured by it are comparable at any time of the week.
type clock struct {
	rate [week]float64
	sum  [week + 1]float64
}

func newClock(h Hours) *clock {
	c := &clock{}
	for i := range c.rate {
		if c.rate[i] = 1; len(h) == week {
			c.rate[i] = min(max(h[i], 0.05), 20)
		}
		c.sum[i+1] = c.sum[i] + 3600*c.rate[i]
	}
	return c
}

func (c *clock) at(us int64) float64 {
	const weekUs = week * 3600 * 1_000_000
	weeks := us / weekUs
	rest := us % weekUs
	if rest < 0 {
		weeks, rest = weeks-1, rest+weekUs
	}
	s := float64(rest) / 1e6
	h := int(s / 3600)
	return float64(weeks)*c.sum[week] + c.sum[h] + (s-3600*float64(h))*c.rate[h]
}

func hourOf(us int64) int {
	h := int(us / 3_600_000_000 % week)
	if us < 0 {
		h = int(((us-3_599_999_999)/3_600_000_000%week + week) % week)
	}
	return h
}
