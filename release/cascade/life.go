package cascade

import (
	"math"
	"slices"
)

// TimeTo is the seconds after the first arrival by which the share (0..1] of
// the arrivals until now had come, by nearest rank; nil without arrivals. It
// moves while a campaign runs: state the window.
func (f *Forest) TimeTo(share float64, now int64) *float64 {
	n := f.until(now)
	if n == 0 || share <= 0 || share > 1 {
		return nil
	}
	rank := max(int(math.Ceil(share*float64(n)-1e-9)), 1)
	s := seconds(f.At[rank-1] - f.At[0])
	return &s
}

// HalfLife is the seconds in which the arrivals' rate halves, from a Poisson
// regression of ln(rate) on time over the last 20 bins of width seconds; nil
// when the rate does not fall or there are fewer than 10 arrivals in them.
func (f *Forest) HalfLife(now int64, width float64) *float64 {
	const bins = 20
	step := int64(width * 1e6)
	if step <= 0 {
		return nil
	}
	var y [bins]float64
	var total float64
	for i := f.Len() - 1; i >= 0; i-- {
		if f.At[i] > now {
			continue
		}
		b := bins - 1 - (now-f.At[i])/step
		if b < 0 {
			break
		}
		y[b]++
		total++
	}
	if total < 10 {
		return nil
	}
	a, slope := math.Log(total/bins), 0.0
	for range 50 {
		var g0, g1, h00, h01, h11 float64
		for i, v := range y {
			x := float64(i) - (bins-1)/2.0
			mu := math.Exp(min(a+slope*x, 50))
			g0, g1 = g0+v-mu, g1+(v-mu)*x
			h00, h01, h11 = h00+mu, h01+mu*x, h11+mu*x*x
		}
		det := h00*h11 - h01*h01
		if det < 1e-12 {
			return nil
		}
		da, ds := (h11*g0-h01*g1)/det, (h00*g1-h01*g0)/det
		limit := 1 / max(1, math.Abs(da), 10*math.Abs(ds)) // damped: a far first step may overshoot
		a, slope = a+da*limit, slope+ds*limit
		if math.Abs(da)+math.Abs(ds) < 1e-10 {
			break
		}
	}
	if slope >= -1e-9 {
		return nil
	}
	h := math.Ln2 / -slope * width
	return &h
}

// Wait is how long a viewer was watched for their first share, and whether it
// came; seconds.
type Wait struct {
	Seconds float64
	Shared  bool
}

// Survival is one step of a Kaplan-Meier curve.
type Survival struct {
	Seconds float64
	AtRisk  int
	Shares  int
	Left    float64 // share of viewers who have still not shared after Seconds
}

// FirstShare is the Kaplan-Meier curve of the time to the first share. Viewers
// whose wait ended without a share were censored then.
func FirstShare(waits []Wait) []Survival {
	w := slices.Clone(waits)
	slices.SortFunc(w, func(a, b Wait) int {
		switch {
		case a.Seconds < b.Seconds:
			return -1
		case a.Seconds > b.Seconds:
			return 1
		}
		return 0
	})
	var out []Survival
	left := 1.0
	for i := 0; i < len(w); {
		j, events := i, 0
		for ; j < len(w) && w[j].Seconds == w[i].Seconds; j++ {
			if w[j].Shared {
				events++
			}
		}
		if events > 0 {
			left *= 1 - float64(events)/float64(len(w)-i)
			out = append(out, Survival{w[i].Seconds, len(w) - i, events, left})
		}
		i = j
	}
	return out
}
