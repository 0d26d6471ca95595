package cascade

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// broadcast is a day of single cascades, as the pass marks are stated for.
func broadcast(n int, seed uint64) []Finished {
	return SimulateFinished(BroadcastAudience(), n, 1, 20_000, seed)
}

func TestForecastOnHeldOutCascades(t *testing.T) {
	start := time.Now()
	lib := Learn(broadcast(400, 1), 1)
	t.Logf("learnt %d templates in %v; seeds %+v, R %+v, kappa %.3f", len(lib.Templates),
		time.Since(start).Round(time.Millisecond), lib.Seeds, lib.R, lib.Kappa)
	held := broadcast(300, 2)
	for _, c := range []struct{ elapsed, most float64 }{{0.1, 0.30}, {0.2, 0.26}, {0.3, 0.22}, {0.5, 0.2}} {
		start := time.Now()
		s := lib.Evaluate(held, c.elapsed, 3)
		t.Logf("%.0f %%: error %.3f (Szabo %.3f) mean %.3f within25 %.2f coverage %.2f (model %.2f) width %.2f winkler %.2f crps %.3f, %d forecast, %d refused, %v each",
			100*c.elapsed, s.MedianError, s.SzaboError, s.MeanError, s.Within25, s.Coverage, s.ModelCoverage, s.Width, s.Winkler, s.CRPS,
			s.Campaigns, s.Refused, (time.Since(start) / time.Duration(len(held))).Round(10*time.Microsecond))
		if s.MedianError > c.most || s.MedianError > 1.1*s.SzaboError {
			t.Errorf("at %v: median error %.3f, at most %v and 1.1 times %.3f", c.elapsed, s.MedianError, c.most, s.SzaboError)
		}
		if s.Coverage[1] < 0.72 || s.Coverage[1] > 0.88 || s.Coverage[0] > s.Coverage[1] || s.Coverage[1] > s.Coverage[2] {
			t.Errorf("at %v: coverage %v", c.elapsed, s.Coverage)
		}
	}
}

func TestForecastOfCampaigns(t *testing.T) {
	a := DefaultAudience()
	a.Window = 96 * 3600
	lib := Learn(SimulateFinished(a, 100, 40, 50_000, 5), 1)
	s := lib.Evaluate(SimulateFinished(a, 100, 40, 50_000, 6), 0.2, 3)
	t.Logf("40 seeds, 96 h, at 20 %%: error %.3f (Szabo %.3f) coverage %.2f (model %.2f) width %.2f", s.MedianError, s.SzaboError, s.Coverage, s.ModelCoverage, s.Width)
	if s.Coverage[1] < 0.7 || s.Coverage[1] > 0.9 || s.MedianError > 1.1*s.SzaboError {
		t.Errorf("campaigns: %+v", s)
	}
}

func TestForecastReadsNothingLater(t *testing.T) {
	lib := Learn(broadcast(60, 1), 1)
	for i, d := range broadcast(20, 9) {
		q := Question{Start: d.Start, Now: d.at(0.2), End: d.End, Draws: 100}
		full, err := lib.Forecast(d.Forest, q, source(uint64(i)))
		cut, cutErr := lib.Forecast(d.Forest.AsOf(q.Now), q, source(uint64(i)))
		if (err == nil) != (cutErr == nil) || !reflect.DeepEqual(full, cut) {
			t.Fatalf("cascade %d: later rows change the forecast: %+v, %+v", i, full, cut)
		}
		if err != nil {
			continue
		}
		last := float64(full.Known)
		for k, w := range full.Intervals {
			if w.Low < last || w.High != nil && *w.High < full.Median || w.Low > full.Median {
				t.Fatalf("interval %d of %+v", k, full)
			}
			if k > 0 && w.High != nil && (w.Low > full.Intervals[k-1].Low || *w.High < *full.Intervals[k-1].High) {
				t.Fatalf("intervals do not nest: %+v", full.Intervals)
			}
		}
	}
}

func TestForecastRefuses(t *testing.T) {
	lib := DefaultLibrary()
	f, _ := New(chain(9))
	_, err := lib.Forecast(f, Question{Start: 0, Now: 100_000_000, End: 200_000_000}, source(1))
	var no *Refusal
	if !errors.As(err, &no) || no.Reason != "few" || no.Known != 9 {
		t.Errorf("nine viewers: %v", err)
	}
	f, _ = New(chain(20))
	if _, err = lib.Forecast(f, Question{Now: 200, End: 200}, source(1)); !errors.As(err, &no) || no.Reason != "window" {
		t.Errorf("past the window: %v", err)
	}
	if got, err := lib.Forecast(f, Question{Now: 100_000_000, End: 1_000_000_000}, source(1)); err != nil || got.Calibrated != 0 || got.Szabo != nil {
		t.Errorf("without a library: %+v %v", got, err)
	}
}

// TestCouldTakeOff: everybody passes on to two within a minute.
func TestCouldTakeOff(t *testing.T) {
	rows := []Row{{ID: 1}}
	for i := uint32(2); i < 2000; i++ {
		p := i / 2
		rows = append(rows, Row{ID: i, Parent: p, At: rows[p-1].At + 30_000_000})
	}
	f, err := New(rows)
	if err != nil {
		t.Fatal(err)
	}
	lib := DefaultLibrary()
	lib.Latency = curveOf(LogNormal{math.Log(30), 0.3})
	got, err := lib.Forecast(f, Question{Start: -1, Now: rows[1998].At + 1_000_000, End: 3600_000_000}, source(1))
	if err != nil || !got.CouldGo || got.Intervals[1].High != nil || got.R.Mean < 1 {
		t.Errorf("%+v %v", got, err)
	}
}

// TestMeanOfFutures compares with the renewal equation: M(h) viewers in h
// seconds below one who just arrived, M(h) = 1 + R int M(h-u) dF(u).
func TestMeanOfFutures(t *testing.T) {
	const r, window = 0.6, 24 * 3600.0
	lib := DefaultLibrary()
	lib.R, lib.Kappa = Prior{r * 1e7, 1e7}, 50
	lib.Latency = curveOf(LogNormal{math.Log(3600), 1.2})
	lib.Seeds = Prior{1e7, 1e7 / 3.0}
	lib.Templates = []Curve{lib.Latency}
	lib.prepare()
	rows := []Row{{ID: 1}}
	for i := uint32(2); i <= 40; i++ {
		rows = append(rows, Row{ID: i, Parent: 1, At: int64(i) * 120_000_000})
	}
	f, _ := New(rows)
	now := 5400.0
	m := lib.model(f, Question{Start: 0, Now: int64(now * 1e6), End: int64(window * 1e6)})
	var got float64
	const draws = 4000
	rng := source(8)
	for range draws {
		got += m.future(rng) / draws
	}
	const step = 60.0
	n := int(window / step)
	renewal := make([]float64, n+1)
	for h := range renewal {
		renewal[h] = 1
		for u := 1; u <= h; u++ {
			renewal[h] += r * renewal[h-u] * (lib.Latency.CDF(float64(u)*step) - lib.Latency.CDF(float64(u-1)*step))
		}
	}
	var want float64
	for i := range rows {
		age := now - seconds(rows[i].At)
		done := lib.Latency.CDF(age)
		rate := (lib.Kappa + float64(f.Kids[i])) / (lib.Kappa/r + done)
		if i == 0 {
			rate = (lib.Seeds.A + float64(f.Kids[0])) / (lib.Seeds.B + done)
		}
		for u := now; u < window-step; u += step {
			part := lib.Latency.CDF(u+step-seconds(rows[i].At)) - lib.Latency.CDF(u-seconds(rows[i].At))
			want += rate * part * renewal[int((window-u)/step)]
		}
	}
	if math.Abs(got-want) > 0.03*want {
		t.Errorf("mean of futures %v, renewal equation %v", got, want)
	}
}

// TestPlannedSeeds: each claimed one brings 1 + 4/(1-R) in the long run.
func TestPlannedSeeds(t *testing.T) {
	lib := DefaultLibrary()
	lib.R, lib.Latency = Prior{0.3e7, 1e7}, curveOf(DefaultDelay())
	f, _ := New(chain(20))
	q := Question{Now: 3600_000_000, End: 90 * 24 * 3600_000_000, Draws: 2000}
	without, _ := lib.Forecast(f, q, source(1))
	for range 100 {
		q.Planned = append(q.Planned, Planned{At: 7200_000_000, Chance: 0.8})
	}
	with, _ := lib.Forecast(f, q, source(1))
	if more := with.ModelMedian - without.ModelMedian; more < 400 || more > 650 {
		t.Errorf("100 planned seeds add %v, want about 80(1 + 4/0.7) = 537", more)
	}
}

// TestDoor: half of a door's visitors had come by the median of its course.
func TestDoor(t *testing.T) {
	lib := DefaultLibrary()
	lib.R, lib.Seeds = Prior{1, 1e7}, Prior{1, 1e7} // nobody passes on
	d := LogNormal{math.Log(6926), 1.81}
	var rows []Row
	var door Door
	const visitors = 2000
	for i := range uint32(visitors) {
		at := int64(d.Quantile((float64(i)+0.5)/visitors) * 1e6)
		door.Claims = append(door.Claims, at)
		rows = append(rows, Row{ID: i + 1, At: at})
	}
	f, err := New(rows)
	if err != nil {
		t.Fatal(err)
	}
	q := Question{Start: 0, Now: 6926_000_000, End: 60 * 24 * 3600_000_000, Doors: []Door{door}}
	got, err := lib.Forecast(f, q, source(1))
	if err != nil || got.Known != visitors/2 || got.Median < 0.75*visitors || got.Median > 1.4*visitors {
		t.Errorf("%+v %v, want about %d", got, err, visitors)
	}
}

func TestLibrarySurvivesJSON(t *testing.T) {
	lib := Learn(broadcast(60, 1), 1)
	b, err := json.Marshal(lib)
	if err != nil {
		t.Fatal(err)
	}
	var back Library
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(lib, &back) {
		t.Error("a library changed on its way through JSON")
	}
	if again := Learn(broadcast(60, 1), 1); !reflect.DeepEqual(lib, again) {
		t.Error("learning again gives another library")
	}
	for _, bad := range []string{`{}`, `{"Templates":[[1,2]]}`, `{"Templates":null}`, `[]`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%s was taken for a library", bad)
		}
	}
	t.Logf("%d templates: %d KB", len(lib.Templates), len(b)/1024)
}

func TestHoursAreLearnt(t *testing.T) {
	lib := gather(broadcast(500, 4))
	var night, evening float64
	for h, v := range lib.Hours {
		switch {
		case h%24 >= 2 && h%24 < 5:
			night += v
		case h%24 >= 18 && h%24 < 21:
			evening += v
		}
	}
	if night*3 > evening {
		t.Errorf("night %v, evening %v", night, evening)
	}
	c := newClock(lib.Hours)
	for _, at := range []int64{-5_000_000, -1, 0, 3_599_999_999, 3_600_000_000, 7 * 24 * 3600_000_000, 1_790_000_000_000_000} {
		if d := c.at(at+1_000_000) - c.at(at); d <= 0 || d > 20 {
			t.Errorf("the clock runs %v at %d", d, at)
		}
	}
	if hourOf(-1) != 167 || hourOf(0) != 0 || hourOf(3_600_000_000) != 1 || hourOf(-3_600_000_000) != 167 {
		t.Error("hours of the week")
	}
}

// TestForecastOfAnything: whatever the forest and the window, a forecast is
// finite and never below what is known.
func TestForecastOfAnything(t *testing.T) {
	libs := []*Library{DefaultLibrary(), Learn(broadcast(60, 1), 1)}
	rapid.Check(t, func(t *rapid.T) {
		rng := source(rapid.Uint64().Draw(t, "seed"))
		rows := grow(rng, rapid.IntRange(1, 300).Draw(t, "n"))
		scale := rapid.SampledFrom([]int64{0, 1, 1000, 1_000_000}).Draw(t, "scale")
		for i := range rows {
			rows[i].At *= scale
		}
		f, err := New(rows)
		if err != nil {
			t.Fatal(err)
		}
		q := Question{Start: -1, Now: rapid.Int64Range(0, 1<<50).Draw(t, "now"), Draws: 20}
		q.End = q.Now + rapid.Int64Range(1, 1<<50).Draw(t, "ahead")
		got, err := libs[rng.IntN(2)].Forecast(f, q, rng)
		if err != nil {
			return
		}
		known := float64(f.AsOf(q.Now).Len())
		for _, w := range got.Intervals {
			if !(w.Low >= known) || w.High != nil && !(*w.High >= w.Low && *w.High < 1e15) {
				t.Fatalf("%+v of %v known", got, known)
			}
		}
		if !(got.Median >= known && got.Median < 1e15) || math.IsNaN(got.R.Mean) {
			t.Fatalf("%+v of %v known", got, known)
		}
	})
}

func TestCuts(t *testing.T) {
	f := family(t)
	const minute = 60_000_000
	if g := f.AsOf(2 * minute); g.Len() != 3 || g.Kids[0] != 2 || g.Kids[1] != 0 || len(g.Roots) != 1 {
		t.Errorf("as of two minutes: %+v", g)
	}
	if g := f.AtAge(180); g.Len() != 5 || len(g.Roots) != 2 {
		t.Errorf("at age three minutes: %+v", g.ID)
	}
	if g := f.AsOf(math.MaxInt64); g.Len() != f.Len() || *f.TimeTo(1, math.MaxInt64) != 300 {
		t.Errorf("at the end of time: %d", g.Len())
	}
	parts := f.Split()
	if len(parts) != 2 || parts[0].Len() != 5 || parts[1].Len() != 1 || parts[0].Depth[4] != 3 {
		t.Errorf("split: %d parts", len(parts))
	}
	want := f.Cascades()
	for i, p := range parts {
		got := p.Cascades()[0]
		if got.Wiener != want[i].Wiener || got.Size != want[i].Size {
			t.Errorf("part %d: %+v", i, got)
		}
	}
}

func BenchmarkForecast(b *testing.B) {
	lib := Learn(broadcast(600, 1), 1)
	held := broadcast(64, 2)
	n := 0
	for b.Loop() {
		d := held[n%64]
		n++
		lib.Forecast(d.Forest, Question{Start: d.Start, Now: d.at(0.2), End: d.End}, source(1))
	}
}
