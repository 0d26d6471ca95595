package cascade

import (
	"math"
	"math/rand/v2"
)

// Medium is a channel as an audience uses it.
type Medium struct {
	Code     uint8   // the caller's number for the channel
	Mix      float64 // weight among the seeds' links
	Stay     float64 // chance that who came this way passes on the same way; else by Mix
	Warmth   float64 // children of who came this way, against the others
	Pace     float64 // factor on latency
	Previews float64 // mean number of card fetches a link
}

// Audience is how people behave, as data. Counts are people, times seconds.
type Audience struct {
	R          float64 // mean children per viewer that is no root, quota allowing
	Dispersion float64 // k of the negative binomial: 0.01 to 0.1 is real life
	Quota      int     // most children a viewer; 0 = no limit
	Delay      LogNormal
	MinDelay   float64 // nobody passes on faster

	SeedR          float64 // the same for roots, who may be broadcasters
	SeedDispersion float64
	SeedQuota      int
	SeedDelay      LogNormal
	SeedWander     float64 // standard deviation of SeedDelay.Mu from seed to seed

	Span      float64     // roots arrive within this time of the start, the early ones denser
	Window    float64     // nobody arrives after it; 0 = no end
	Hours     [24]float64 // weight of each hour of the day; all zero = even
	StartHour float64     // hour of the day at offset 0

	Media      []Medium
	CopyShare  float64 // children who came by the parent's own, already claimed link
	Copies     int     // most such children a link
	Plays      float64 // claimed viewers for whom the content runs
	Drop, Half float64 // of them, those who leave early, in the middle; the rest see all
	Again      float64 // of them, those who play it a second time

	SeedClaims float64 // seeds that are ever claimed (plans)
	Unclaimed  float64 // links passed on and never claimed, per one that is (plans)
	JustOpened float64 // of them, those opened (plans)
	Met        float64 // of those opened, by somebody who is in already (plans)
}

// DefaultAudience is a release among friends over four days. Dispersion,
// latencies and their spread are as measured on public cascades; channels are
// numbered as reports list them: 1 WhatsApp, 2 Messenger, 3 Snapchat,
// 4 Instagram, 5 Telegram, 11 SMS, 12 e-mail, 15 copied.
func DefaultAudience() Audience {
	return Audience{
		R: 0.8, Dispersion: 0.1, Quota: 10,
		Delay: LogNormal{math.Log(3600), 2.3}, MinDelay: 20,
		SeedR: 2.5, SeedDispersion: 0.5, SeedQuota: 10,
		SeedDelay: LogNormal{math.Log(6926), 1.81}, SeedWander: 0.7,
		Span: 6 * 3600, Window: 96 * 3600, StartHour: 18,
		Hours: [24]float64{0.6, 0.35, 0.2, 0.1, 0.08, 0.1, 0.25, 0.5, 0.7, 0.8, 0.85, 0.95,
			1.15, 1.05, 0.95, 0.95, 1.05, 1.25, 1.45, 1.6, 1.75, 1.8, 1.5, 1},
		Media: []Medium{
			{Code: 1, Mix: 34, Stay: 0.6, Warmth: 1.3, Pace: 0.7, Previews: 1.6},
			{Code: 2, Mix: 14, Stay: 0.5, Warmth: 1.1, Pace: 0.9, Previews: 1.2},
			{Code: 3, Mix: 12, Stay: 0.5, Warmth: 0.9, Pace: 0.6, Previews: 0.4},
			{Code: 4, Mix: 16, Stay: 0.5, Warmth: 0.9, Pace: 0.9, Previews: 1.3},
			{Code: 5, Mix: 5, Stay: 0.6, Warmth: 1, Pace: 0.8, Previews: 1.1},
			{Code: 11, Mix: 7, Stay: 0.3, Warmth: 1.2, Pace: 0.8, Previews: 0.5},
			{Code: 12, Mix: 8, Stay: 0.4, Warmth: 0.7, Pace: 2.5, Previews: 1.5},
			{Code: 15, Mix: 4, Stay: 0.2, Warmth: 0.6, Pace: 1.5, Previews: 0.2},
		},
		CopyShare: 0.06, Copies: 5, Plays: 0.93, Drop: 0.2, Half: 0.25, Again: 0.12,
		SeedClaims: 0.88, Unclaimed: 0.5, JustOpened: 0.45, Met: 0.2,
	}
}

// BroadcastAudience is the public repost trees that the figures were measured
// on: a seed with some hundred children of its own, R 0.38, k 0.011, no quota,
// one day's window. It is what a forecast is calibrated on before there are
// finished campaigns.
func BroadcastAudience() Audience {
	a := DefaultAudience()
	a.R, a.Dispersion, a.Quota = 0.38, 0.02, 0
	a.Delay = LogNormal{math.Log(5133), 2.7}
	a.SeedR, a.SeedDispersion, a.SeedQuota, a.SeedWander = 150, 1.2, 0, 0.9
	a.Span, a.Window, a.CopyShare = 0, 24*3600, 0
	return a
}

// offspring is a negative binomial cut at quota, drawn by inversion: its cost
// is the number drawn.
type offspring struct {
	p0, step, k float64
	quota       int
}

// newOffspring chooses the uncut mean so that the mean after the cut is r, or
// as near as the quota allows.
func newOffspring(r, k float64, quota int) offspring {
	k = max(k, 1e-4)
	make := func(m float64) offspring {
		return offspring{p0: math.Exp(-k * math.Log1p(m/k)), step: m / (m + k), k: k, quota: quota}
	}
	if r <= 0 {
		return offspring{p0: 1, k: k}
	}
	if quota <= 0 {
		return make(r)
	}
	lo, hi := math.Log(r), math.Log(r)+25
	for range 60 {
		if mid := (lo + hi) / 2; make(math.Exp(mid)).mean() < r {
			lo = mid
		} else {
			hi = mid
		}
	}
	return make(math.Exp(lo))
}

// mean after the cut.
func (o offspring) mean() float64 {
	var sum float64
	p, left := o.p0, 1.0
	for x := range o.quota {
		left -= p
		sum += max(left, 0) // P(X > x)
		p *= (float64(x) + o.k) / float64(x+1) * o.step
	}
	return sum
}

// mostChildren ends the inversion where rounding would let it run.
const mostChildren = 1_000_000

func (o offspring) draw(rng *rand.Rand) int {
	u := rng.Float64()
	p, x := o.p0, 0
	for u >= p {
		u -= p
		if x++; o.quota > 0 && x >= o.quota || x >= mostChildren {
			break
		}
		if p *= (float64(x-1) + o.k) / float64(x) * o.step; p < 1e-18 {
			break
		}
	}
	return x
}
