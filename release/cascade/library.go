package cascade

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// Finished is a campaign that is over (or one cascade, where single cascades
// are forecast): its forest and its window, microseconds. What came after the
// window teaches how late things come; a library serves windows no longer than
// the time its campaigns were followed.
type Finished struct {
	Forest     *Forest
	Start, End int64
}

// Library is what finished campaigns taught about how the next one will go.
// It is plain data and survives JSON; it names nobody. It is safe for
// concurrent use once made.
type Library struct {
	Campaigns int
	Hours     Hours   // hour-of-week liveliness
	Templates []Curve // how the children of single seeds came over age
	Latency   Curve   // viewer to child, below the seeds; nil = fit the running campaign's
	Seeds     Prior   // children of a seed: shape and rate
	R         Prior   // children of a viewer below
	Kappa     float64 // dispersion of those
	Trials    []Trial // calibration by elapsed part of the window, ascending

	mean Curve       // of Templates
	logs [][]float64 // ln of each template's chance per grid bin
}

// Trial is what forecasts made at one elapsed part of the window got wrong.
type Trial struct {
	Elapsed   float64
	Campaigns int
	Shift     float64    // median of ln(true/median)
	Widen     [3]float64 // in ln, for 50, 80 and 95 %
	Growth    float64    // Szabo-Huberman: mean of ln(final/known)
}

// minTemplate is the number of children from which a seed is a template.
const minTemplate = 20

// maxTemplates bounds the library.
const maxTemplates = 2000

// DefaultLibrary is what is known before any campaign finished: wide.
func DefaultLibrary() *Library {
	l := &Library{Seeds: Prior{0.6, 0.15}, R: DefaultPrior(), Kappa: 0.05}
	l.Templates = fan(LogNormal{math.Log(6926), 1.81}, 1)
	l.prepare()
	return l
}

// fan is a family of log-normal curves around one: their medians scatter by
// wander (standard deviation of mu), their widths by a quarter.
func fan(d LogNormal, wander float64) []Curve {
	var out []Curve
	for i := range 15 {
		for j := range 7 {
			mu := d.Mu + wander*math.Sqrt2*math.Erfinv(2*(float64(i)+0.5)/15-1)
			sigma := d.Sigma * math.Exp(0.25*math.Sqrt2*math.Erfinv(2*(float64(j)+0.5)/7-1))
			out = append(out, curveOf(LogNormal{mu, sigma}))
		}
	}
	return out
}

// prepare makes the tables that follow from the rest.
func (l *Library) prepare() {
	l.mean = meanCurve(l.Templates)
	l.logs = make([][]float64, len(l.Templates))
	for t, c := range l.Templates {
		row := make([]float64, gridPoints)
		before := 0.0
		for i, v := range c {
			row[i] = math.Log(max(v-before, 1e-9))
			before = v
		}
		l.logs[t] = row
	}
}

// UnmarshalJSON reads a library and refuses one that cannot be worked with.
func (l *Library) UnmarshalJSON(b []byte) error {
	type plain Library
	var p plain
	if err := json.Unmarshal(b, &p); err != nil {
		return err
	}
	curve := func(c Curve) bool {
		return len(c) == gridPoints && slices.IsSorted(c) && c[0] >= 0 && c[gridPoints-1] <= 1.000001
	}
	switch {
	case len(p.Templates) == 0:
		return fmt.Errorf("cascade: a library without templates")
	case slices.ContainsFunc(p.Templates, func(c Curve) bool { return !curve(c) }) || p.Latency != nil && !curve(p.Latency):
		return fmt.Errorf("cascade: a library's curve is no distribution of %d points", gridPoints)
	case len(p.Hours) != 0 && len(p.Hours) != week:
		return fmt.Errorf("cascade: a library has %d hours of the week", len(p.Hours))
	case !(p.Seeds.A > 0 && p.Seeds.B > 0 && p.R.A > 0 && p.R.B > 0 && p.Kappa > 0):
		return fmt.Errorf("cascade: a library's priors are not positive")
	}
	*l = Library(p)
	l.prepare()
	return nil
}

// gather learns everything but the calibration.
func gather(done []Finished) *Library {
	l := &Library{Campaigns: len(done), R: DefaultPrior(), Kappa: 0.05}
	l.Hours = learnHours(done)
	c := newClock(l.Hours)
	var seedKids, kids []int32
	var seedLags, lags []float64
	var trees [][2]float64 // children and viewers below the seed
	for _, d := range done {
		f := d.Forest // rows after its window teach too
		byRoot := make([][]float64, len(f.Roots))
		below := make([][2]float64, len(f.Roots))
		for i, p := range f.Parent {
			if p < 0 {
				seedKids = append(seedKids, f.Kids[i])
				continue
			}
			t := f.Tree[i]
			lag := c.at(f.At[i]) - c.at(f.At[p])
			if f.Depth[i] == 1 {
				byRoot[t] = append(byRoot[t], lag)
				seedLags = append(seedLags, lag)
			} else {
				lags = append(lags, lag)
			}
			kids = append(kids, f.Kids[i])
			below[t][0] += float64(f.Kids[i])
			below[t][1]++
		}
		for t, r := range byRoot {
			if len(r) >= minTemplate {
				l.Templates = append(l.Templates, curveOf(NewEmpirical(r)))
			}
			if below[t][1] >= minTemplate {
				trees = append(trees, below[t])
			}
		}
	}
	l.learnTemplates(seedLags)
	l.learnRates(seedKids, kids, trees)
	if len(lags) >= 100 {
		slices.Sort(lags)
		l.Latency = curveOf(Empirical(lags))
	}
	l.prepare()
	return l
}

// learnTemplates thins the templates, or draws them where seeds are too small
// to show their own curve, and mixes each with a little of the mean, so that
// none rules anything out.
func (l *Library) learnTemplates(seedLags []float64) {
	if n := len(l.Templates); n > maxTemplates {
		thin := make([]Curve, maxTemplates)
		for i := range thin {
			thin[i] = l.Templates[i*n/maxTemplates]
		}
		l.Templates = thin
	}
	if len(l.Templates) < 20 {
		d := LogNormal{math.Log(6926), 1.81}
		if len(seedLags) >= 100 {
			slices.Sort(seedLags)
			d = fitSeen(seedLags)
		}
		l.Templates = append(l.Templates, fan(d, 0.8)...)
	}
	mean := blend(meanCurve(l.Templates), curveOf(LogNormal{math.Log(6926), 2.5}), 0.02)
	for i, c := range l.Templates {
		l.Templates[i] = blend(c, mean, 0.03)
		for j, v := range l.Templates[i] {
			l.Templates[i][j] = math.Round(v*1e6) / 1e6
		}
	}
}

// learnRates fits the priors of children: negative binomials for seeds and for
// viewers, and the scatter of R from cascade to cascade by moments.
func (l *Library) learnRates(seedKids, kids []int32, trees [][2]float64) {
	l.Seeds = Prior{0.6, 0.15}
	if s := SpreadOf(Histogram(seedKids)); len(seedKids) >= 20 && *s.Mean > 0 {
		a := 5.0
		if s.DispersionML != nil {
			a = min(max(*s.DispersionML, 0.05), 20)
		}
		l.Seeds = Prior{a, a / *s.Mean}
	}
	s := SpreadOf(Histogram(kids))
	if len(kids) < 200 || *s.Mean <= 0 {
		return
	}
	if s.DispersionML != nil {
		l.Kappa = min(max(*s.DispersionML, 0.01), 1)
	}
	// Without the scatter of R the prior is worth a hundred viewers.
	l.R = Prior{100 * *s.Mean, 100}
	if len(trees) < 20 {
		l.R = Prior{7.6 * *s.Mean, 7.6}
		return
	}
	var m, v float64
	for _, t := range trees {
		m += t[0] / t[1] / float64(len(trees))
	}
	for _, t := range trees {
		d := t[0]/t[1] - m
		v += d * d / float64(len(trees))
	}
	if v > 0 && m > 0 {
		b := min(max(m/v, 2), 100)
		l.R = Prior{m * b, b}
	}
}

// learnHours compares arrivals in each hour of the week with what the pooled
// course of age would have brought, three times over. Where all campaigns
// began at the same hour age explains everything and the hours come out alike.
func learnHours(done []Finished) Hours {
	h := make(Hours, week)
	for i := range h {
		h[i] = 1
	}
	for range 3 {
		c := newClock(h)
		var ages []float64
		for _, d := range done {
			start := c.at(d.Start)
			for i, p := range d.Forest.Parent {
				if at := d.Forest.At[i]; p >= 0 && at <= d.End && at >= d.Start {
					ages = append(ages, c.at(at)-start)
				}
			}
		}
		if len(ages) < 500 {
			return nil
		}
		slices.Sort(ages)
		course := curveOf(Empirical(ages))
		var seen, due [week]float64
		for _, d := range done {
			count(d, c, course, &seen, &due)
		}
		var daySeen, dayDue [24]float64
		for i := range week {
			daySeen[i%24] += seen[i]
			dayDue[i%24] += due[i]
		}
		var sum float64
		for i := range h {
			day := (daySeen[i%24] + 30) / (dayDue[i%24] + 30)
			h[i] = min(max(h[i]*(seen[i]+30*day)/(due[i]+30), 0.05), 8)
			sum += h[i] / week
		}
		for i := range h {
			h[i] = math.Round(h[i]/sum*1e4) / 1e4
		}
	}
	return h
}

// count adds one campaign's arrivals by hour, seen and due; no campaign weighs
// more than 200 arrivals.
func count(d Finished, c *clock, course Curve, seen, due *[week]float64) {
	const hour = 3_600_000_000
	var n float64
	for i, p := range d.Forest.Parent {
		if at := d.Forest.At[i]; p >= 0 && at <= d.End && at >= d.Start {
			n++
		}
	}
	weight := min(1, 200/max(n, 1))
	for i, p := range d.Forest.Parent {
		if at := d.Forest.At[i]; p >= 0 && at <= d.End && at >= d.Start {
			seen[hourOf(at)] += weight
		}
	}
	start := c.at(d.Start)
	total := course.CDF(c.at(d.End) - start)
	for at := d.Start; at < d.End && total > 0; {
		next := min(at-((at%hour)+hour)%hour+hour, d.End)
		part := course.CDF(c.at(next)-start) - course.CDF(c.at(at)-start)
		due[hourOf(at)] += weight * n * part / total
		at = next
	}
}
