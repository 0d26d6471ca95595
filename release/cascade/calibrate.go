package cascade

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
)

// Elapsed lists the parts of a window at which forecasts are calibrated.
func Elapsed() []float64 { return []float64{0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9} }

// maxTrials bounds the campaigns that calibrate one elapsed part.
const maxTrials = 600

// Learn makes a library of finished campaigns. Half of them forecast the other
// half and the other way round; what they get wrong sets the widths (split
// conformal, in two folds). The same campaigns in the same order and seed give
// the same library. It keeps no forest.
func Learn(done []Finished, seed uint64) *Library {
	l := gather(done)
	if len(done) < 2 {
		return l
	}
	var fold [2][]Finished
	for i, d := range done {
		fold[i%2] = append(fold[i%2], d)
	}
	half := [2]*Library{gather(fold[1]), gather(fold[0])} // each learnt from the other
	for _, at := range Elapsed() {
		var errs []miss
		for k := range fold {
			for _, a := range ask(half[k], sample(fold[k], at), at, seed+uint64(k)) {
				errs = append(errs, a.miss())
			}
		}
		if len(errs) < 10 {
			continue
		}
		growth, _ := Szabo(done, at)
		t := Trial{Elapsed: at, Campaigns: len(errs), Growth: growth}
		column := func(get func(miss) float64) []float64 {
			x := make([]float64, len(errs))
			for i, e := range errs {
				x[i] = get(e)
			}
			slices.Sort(x)
			return x
		}
		t.Shift = quantile(column(func(e miss) float64 { return e.shift }), 0.5)
		for i, level := range levels() {
			x := column(func(e miss) float64 { return e.out[i] })
			rank := int(math.Ceil(level * float64(len(x)+1)))
			t.Widen[i] = x[min(rank, len(x))-1]
		}
		l.Trials = append(l.Trials, t)
	}
	return l
}

// sample takes every j-th campaign that is large enough to be forecast.
func sample(done []Finished, elapsed float64) []Finished {
	var out []Finished
	for _, d := range done {
		if known, _ := d.counts(elapsed); known >= MinForecast {
			out = append(out, d)
		}
	}
	if n := len(out); n > maxTrials/2 {
		thin := make([]Finished, maxTrials/2)
		for i := range thin {
			thin[i] = out[i*n/len(thin)]
		}
		return thin
	}
	return out
}

// answer is a forecast beside what came.
type answer struct {
	got   Forecast
	final float64
}

type miss struct {
	shift float64
	out   [3]float64
}

func (a answer) miss() miss {
	y := math.Log(a.final)
	m := miss{shift: y - math.Log(a.got.ModelMedian)}
	for i, w := range a.got.Model {
		m.out[i] = max(math.Log(w[0])-y, y-math.Log(w[1]))
	}
	return m
}

// ask forecasts each campaign at an elapsed part, on all processors; refusals
// are left out. Each has a source of its own, so the order of work shows
// nowhere.
func ask(l *Library, done []Finished, elapsed float64, seed uint64) []answer {
	all := make([]*answer, len(done))
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(done); i += workers {
				d := done[i]
				q := Question{Start: d.Start, Now: d.at(elapsed), End: d.End}
				got, err := l.Forecast(d.Forest, q, rand.New(rand.NewPCG(seed, uint64(i))))
				if err == nil {
					_, final := d.counts(elapsed)
					all[i] = &answer{got, float64(final)}
				}
			}
		})
	}
	wg.Wait()
	var out []answer
	for _, a := range all {
		if a != nil {
			out = append(out, *a)
		}
	}
	return out
}

// Score is how good forecasts of finished campaigns were.
type Score struct {
	Elapsed       float64
	Campaigns     int // forecast
	Refused       int
	MedianError   float64 // median absolute percentage error, 0.2 = 20 %
	MeanError     float64
	Within25      float64    // share with an error of at most 25 %
	SzaboError    float64    // median absolute percentage error of Szabo and Huberman
	Coverage      [3]float64 // of the 50, 80 and 95 % intervals; open ones count up to infinity
	Width         float64    // median width of the 80 % interval over the final reach
	Winkler       float64    // mean interval score of ln reach at 80 %
	CRPS          float64    // of ln reach, from the median and the intervals' ends
	ModelCoverage [3]float64 // before calibration
	CouldGo       int
}

// Evaluate forecasts finished campaigns that the library has not learnt from,
// at one elapsed part of their window, and compares with what came.
func (l *Library) Evaluate(done []Finished, elapsed float64, seed uint64) Score {
	answers := ask(l, done, elapsed, seed)
	s := Score{Elapsed: elapsed, Campaigns: len(answers), Refused: len(done) - len(answers)}
	if len(answers) == 0 {
		return s
	}
	n := float64(len(answers))
	var errs, szabo, widths []float64
	for _, a := range answers {
		e := math.Abs(a.got.Median-a.final) / a.final
		errs = append(errs, e)
		s.MeanError += e / n
		if e <= 0.25 {
			s.Within25 += 1 / n
		}
		if a.got.Szabo != nil {
			szabo = append(szabo, math.Abs(*a.got.Szabo-a.final)/a.final)
		}
		if a.got.CouldGo {
			s.CouldGo++
		}
		for i, w := range a.got.Intervals {
			if a.final >= w.Low && (w.High == nil || a.final <= *w.High) {
				s.Coverage[i] += 1 / n
			}
			if m := a.got.Model[i]; a.final >= m[0] && a.final <= m[1] {
				s.ModelCoverage[i] += 1 / n
			}
		}
		if w := a.got.Intervals[1]; w.High != nil {
			widths = append(widths, (*w.High-w.Low)/a.final)
		}
		s.Winkler += a.winkler(1) / n
		s.CRPS += a.crps() / n
	}
	slices.Sort(errs)
	slices.Sort(szabo)
	slices.Sort(widths)
	s.MedianError = quantile(errs, 0.5)
	if len(szabo) > 0 {
		s.SzaboError = quantile(szabo, 0.5)
	}
	if len(widths) > 0 {
		s.Width = quantile(widths, 0.5)
	}
	return s
}

// winkler is the interval score in ln: the width, and for a miss the distance
// times 2/(1-level). An open interval is closed by the model's own end.
func (a answer) winkler(i int) float64 {
	lo, hi := a.ends(i)
	y, level := math.Log(a.final), levels()[i]
	return hi - lo + 2/(1-level)*(max(lo-y, 0)+max(y-hi, 0))
}

func (a answer) ends(i int) (lo, hi float64) {
	w := a.got.Intervals[i]
	hi = a.got.Model[i][1]
	if w.High != nil {
		hi = *w.High
	}
	return math.Log(w.Low), math.Log(hi)
}

// crps is the weighted interval score over the median and the three
// intervals, which approaches the CRPS as intervals are added.
func (a answer) crps() float64 {
	y := math.Log(a.final)
	sum := 0.5 * math.Abs(y-math.Log(a.got.Median))
	for i, level := range levels() {
		sum += (1 - level) / 2 * a.winkler(i)
	}
	return sum / (3 + 0.5)
}
