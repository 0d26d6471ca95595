package cascade

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
)

// Planned is a seed that nobody has claimed yet: when it goes (or went) out,
// and the chance that it is ever claimed.
type Planned struct {
	At     int64 // microseconds
	Chance float64
}

// Door is a seed in a public place: each claim by it is a root of the forest.
type Door struct {
	Opened int64   // microseconds
	Claims []int64 // when its claims came, in any order; those after Now are not read
}

// Question is what to forecast: the reach at End, as known at Now. Instants in
// microseconds; Start is the window's begin.
type Question struct {
	Start, Now, End int64
	Planned         []Planned
	Doors           []Door
	Draws           int // futures to simulate; 0 = 400
}

// MinForecast is the number of viewers below which there is no forecast.
const MinForecast = 10

// Refusal says why there is no forecast.
type Refusal struct {
	Reason string // "few": fewer than MinForecast viewers; "window": Now is not inside it
	Known  int
}

func (r *Refusal) Error() string {
	if r.Reason == "few" {
		return fmt.Sprintf("cascade: %d viewers are too few to forecast from, %d are needed", r.Known, MinForecast)
	}
	return "cascade: the time of the forecast is not within its window"
}

// Interval holds the final reach with a chance of Level. High is nil when the
// campaign could take off: only the lower bound means something then.
type Interval struct {
	Level float64
	Low   float64
	High  *float64
}

// Forecast is the reach to expect at the end of the window.
type Forecast struct {
	Known       int     // viewers at Now
	Elapsed     float64 // part of the window
	Median      float64
	Intervals   [3]Interval // 50, 80 and 95 %
	Szabo       *float64    // Szabo and Huberman's figure: known times the usual growth; nil without finished campaigns
	R           Rate        // below the seeds, corrected for youth
	TakeOff     float64     // chance that R is above 0.9
	CouldGo     bool        // TakeOff is above 20 %
	Calibrated  int         // finished campaigns the intervals' widths rest on; 0 = the model's own, too narrow
	ModelMedian float64     // before calibration
	Model       [3][2]float64
}

// levels of the intervals.
func levels() [3]float64 { return [3]float64{0.5, 0.8, 0.95} }

// Forecast simulates futures of the campaign from what happened up to q.Now;
// later rows of the forest are not read. The same source gives the same
// forecast. A *Refusal says why there is none.
func (l *Library) Forecast(f *Forest, q Question, rng *rand.Rand) (Forecast, error) {
	if q.Now <= q.Start || q.Now >= q.End {
		return Forecast{}, &Refusal{Reason: "window"}
	}
	f = f.AsOf(q.Now)
	if f.Len() < MinForecast {
		return Forecast{}, &Refusal{"few", f.Len()}
	}
	m := l.model(f, q)
	draws := q.Draws
	if draws <= 0 {
		draws = 400
	}
	totals := make([]float64, draws)
	for i := range totals {
		totals[i] = float64(f.Len()) + m.future(rng)
	}
	slices.Sort(totals)
	out := Forecast{Known: f.Len(), R: m.r, TakeOff: m.takeOff, CouldGo: m.takeOff > 0.2}
	out.Elapsed = float64(q.Now-q.Start) / float64(q.End-q.Start)
	out.ModelMedian = quantile(totals, 0.5)
	for i, level := range levels() {
		out.Model[i] = [2]float64{quantile(totals, (1-level)/2), quantile(totals, (1+level)/2)}
	}
	l.calibrate(&out)
	return out, nil
}

// calibrate shifts and widens by what earlier forecasts got wrong.
func (l *Library) calibrate(out *Forecast) {
	t, ok := l.trial(out.Elapsed)
	known := float64(out.Known)
	if ok {
		out.Calibrated = t.Campaigns
		s := known * math.Exp(t.Growth)
		out.Szabo = &s
	}
	out.Median = max(out.ModelMedian*math.Exp(t.Shift), known)
	low, high := out.Median, out.Median
	for i, level := range levels() {
		// Wider levels hold the narrower ones.
		low = max(min(low, out.Model[i][0]*math.Exp(-t.Widen[i])), known)
		high = max(high, out.Model[i][1]*math.Exp(t.Widen[i]))
		out.Intervals[i] = Interval{Level: level, Low: low}
		if !out.CouldGo {
			h := high
			out.Intervals[i].High = &h
		}
	}
}

// trial is the calibration at an elapsed part, between those measured.
func (l *Library) trial(elapsed float64) (Trial, bool) {
	if len(l.Trials) == 0 {
		return Trial{}, false
	}
	i := sort.Search(len(l.Trials), func(i int) bool { return l.Trials[i].Elapsed >= elapsed })
	if i == 0 {
		return l.Trials[0], true
	}
	if i == len(l.Trials) {
		return l.Trials[i-1], true
	}
	a, b := l.Trials[i-1], l.Trials[i]
	w := (elapsed - a.Elapsed) / (b.Elapsed - a.Elapsed)
	mix := func(x, y float64) float64 { return x + w*(y-x) }
	t := Trial{Elapsed: elapsed, Campaigns: min(a.Campaigns, b.Campaigns), Shift: mix(a.Shift, b.Shift), Growth: mix(a.Growth, b.Growth)}
	for k := range t.Widen {
		t.Widen[k] = mix(a.Widen[k], b.Widen[k])
	}
	return t, true
}
