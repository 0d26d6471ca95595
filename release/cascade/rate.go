package cascade

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Prior is a Gamma prior of children per viewer: shape A, rate B.
type Prior struct {
	A, B float64
}

// DefaultPrior was measured on public repost trees: mean 0.38.
func DefaultPrior() Prior { return Prior{A: 2.9, B: 7.6} }

// Rate is an estimate with its 90 % interval.
type Rate struct {
	Mean, Low, High float64
	Count           float64 // what was counted: children, births
	Exposure        float64 // what could have brought them, in whole viewers
}

// estimate is the posterior Gamma(a + count, b + exposure).
func (p Prior) estimate(count, exposure float64) Rate {
	a, b := p.A+count, p.B+exposure
	return Rate{Mean: a / b, Low: gammaQuantile(a, 0.05) / b, High: gammaQuantile(a, 0.95) / b,
		Count: count, Exposure: exposure}
}

// gammaQuantile is the quantile of Gamma(a, 1). From a = 1000 on, Wilson and
// Hilferty's cube is closer than the series.
func gammaQuantile(a, p float64) float64 {
	if a <= 0 {
		return 0
	}
	if a > 1000 {
		z := distuv.UnitNormal.Quantile(p)
		c := 1 - 1/(9*a) + z/(3*math.Sqrt(a))
		return a * c * c * c
	}
	return distuv.Gamma{Alpha: a, Beta: 1}.Quantile(p)
}

// CohortR is the corrected mean number of children of the viewers that pick
// chooses (nil = all), as known at now (microseconds), F being delay's. Later
// viewers and children are left out.
func (f *Forest) CohortR(pick func(i int32) bool, now int64, delay Delay, prior Prior) (r Rate, naive *float64) {
	var kids, exposure, people float64
	chosen := func(i int32) bool { return pick == nil || pick(i) }
	for i, p := range f.Parent {
		if f.At[i] > now {
			break
		}
		if chosen(int32(i)) {
			people++
			exposure += delay.CDF(seconds(now - f.At[i]))
		}
		if p >= 0 && chosen(p) {
			kids++
		}
	}
	return prior.estimate(kids, exposure), ratio(kids, people)
}

// ClosedR is the mean number of children of a viewer that is no root, in a
// finished campaign: always below 1; nil without such viewers.
func (f *Forest) ClosedR() *float64 {
	var below, second float64
	for _, d := range f.Depth {
		if d >= 1 {
			below++
		}
		if d >= 2 {
			second++
		}
	}
	return ratio(second, below)
}

// Window is R_t over one stretch of time.
type Window struct {
	From, To int64 // microseconds
	Births   int   // arrivals below a parent
	R        Rate
}

// InstantR is R_t (Cori): births per bin against what all arrivals before, at
// one child each, would have given in the bin. Bins are width seconds from the
// first arrival to now; windows join bins until they hold minBirths (20 is
// wise) or time ends; a last window with fewer is left out.
func (f *Forest) InstantR(now int64, width float64, minBirths int, delay Delay, prior Prior) []Window {
	if f.Len() == 0 || width <= 0 || now <= f.At[0] {
		return nil
	}
	step := int64(width * 1e6)
	bins := int(min((now-f.At[0])/step+1, 20_000))
	all, births := make([]float64, bins), make([]float64, bins)
	for i, at := range f.At {
		b := (at - f.At[0]) / step
		if at > now || b >= int64(bins) {
			break
		}
		all[b]++
		if f.Parent[i] >= 0 {
			births[b]++
		}
	}
	// weight[s]: the part of children that come s bins after their parent's;
	// those within the parent's own bin count half a bin away.
	weight := make([]float64, bins)
	for s := range weight {
		lo := max((float64(s)-0.5)*width, 0)
		weight[s] = delay.CDF((float64(s)+0.5)*width) - delay.CDF(lo)
	}
	var out []Window
	var count, load float64
	from := 0
	for b := range bins {
		for s := 0; s <= b; s++ {
			load += all[b-s] * weight[s]
		}
		if count += births[b]; count >= float64(minBirths) {
			out = append(out, Window{f.At[0] + int64(from)*step, f.At[0] + int64(b+1)*step,
				int(count), prior.estimate(count, load)})
			count, load, from = 0, 0, b+1
		}
	}
	return out
}

// K is the K-factor: links issued per viewer times claims per link. Any part
// over nothing is nil. Show the cycle time beside it.
type K struct {
	PerViewer, PerLink, Factor *float64
}

// KFactor computes K from the number of viewers (those who shared nothing
// included), of links issued by an explicit share, and of first claims of such
// links.
func KFactor(viewers, links, claims int) K {
	k := K{PerViewer: ratio(float64(links), float64(viewers)), PerLink: ratio(float64(claims), float64(links))}
	if k.PerViewer != nil && k.PerLink != nil {
		v := *k.PerViewer * *k.PerLink
		k.Factor = &v
	}
	return k
}

// Growth is the rate r per second with R E[e^(-r tau)] = 1 over the latencies
// (seconds), by bisection: negative when R < 1. Doubling is ln 2 / r seconds,
// nil unless r > 0. ok is false without latencies or with R <= 0.
func Growth(r float64, latencies []float64) (rate float64, doubling *float64, ok bool) {
	if r <= 0 || len(latencies) == 0 {
		return 0, nil, false
	}
	low, high := math.Inf(1), 0.0
	for _, l := range latencies {
		low, high = min(low, max(l, 1)), max(high, l, 1)
	}
	// e^(-x low) R >= 1 bounds x from above, e^(-x high) R from below.
	lnR := math.Log(r)
	lo, hi := lnR/high, lnR/low
	if lnR < 0 {
		lo, hi = lnR/low, lnR/high
	}
	for range 200 {
		mid := (lo + hi) / 2
		var s float64
		for _, l := range latencies {
			s += math.Exp(-mid * max(l, 1))
		}
		if r*s/float64(len(latencies)) > 1 {
			lo = mid
		} else {
			hi = mid
		}
	}
	if rate = (lo + hi) / 2; rate > 0 {
		d := math.Ln2 / rate
		doubling = &d
	}
	return rate, doubling, true
}

// Amplification is 1/(1-R) viewers per seed's viewer; nil unless R < 1.
func Amplification(r float64) *float64 {
	if r >= 1 || r < 0 {
		return nil
	}
	return ratio(1, 1-r)
}

func seconds(us int64) float64 { return float64(us) / 1e6 }
