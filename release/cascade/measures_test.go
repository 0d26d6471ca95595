package cascade

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// family is worked by hand: ana (bo (cy (eve)) di) and, alone, fay. Minutes
// after ana: bo 1, di 2, cy 3, fay 4, eve 5.
func family(t *testing.T) *Forest {
	t.Helper()
	const minute = 60_000_000
	f, err := New([]Row{
		{ID: 1, At: 0, Channel: 1, Mark: Viewed},
		{ID: 2, Parent: 1, At: 1 * minute, Channel: 1, Mark: Viewed},
		{ID: 4, Parent: 1, At: 2 * minute, Channel: 2},
		{ID: 3, Parent: 2, At: 3 * minute, Channel: 2, Mark: Viewed},
		{ID: 6, At: 4 * minute, Channel: 1},
		{ID: 5, Parent: 3, At: 5 * minute, Channel: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFamilyByHand(t *testing.T) {
	f := family(t)
	cs := f.Cascades()
	// Distances in ana's tree: ab ac ad ae bc bd be cd ce de = 1 2 1 3 1 2 2 3 1 4 = 20.
	if w, _ := cs[0].Wiener.Int64(); w != 20 || cs[0].Size != 5 || cs[0].Depth != 3 || cs[0].Breadth != 2 || cs[0].Leaves != 2 || cs[0].Views != 3 {
		t.Errorf("ana's cascade: %+v", cs[0])
	}
	if sv, _ := cs[0].Virality(); sv != 2 {
		t.Errorf("virality %v, want 20*2/20", sv)
	}
	if _, ok := cs[1].Virality(); ok {
		t.Error("fay alone has a virality")
	}
	// With the marketer: 20, the marketer's own 1+2+2+3+4+1 = 13, fay to the five 2+3+3+4+5 = 17.
	s := f.Shape(cs)
	if w, _ := s.Wiener.Int64(); w != 50 || !near(*s.Virality, 100.0/42) || s.Sharers != 3 || *s.MeanDepth != 7.0/6 || s.ViralityMedian != nil {
		t.Errorf("campaign %+v, W %s", s, s.Wiener)
	}
	g := f.Generations()
	if len(g) != 4 || g[0].People != 2 || g[1].People != 2 || *g[0].Ratio != 1 || *g[1].Ratio != 0.5 || *g[3].Ratio != 0 || g[1].Cascades != 1 || g[0].Views != 1 {
		t.Errorf("generations %+v", g)
	}
	// Children 2 1 1 0 0 0: Gini 2(4*1+5*1+6*2)/(6*4) - 7/6 = 42/24 - 28/24.
	sp := f.Spread()
	if !near(*sp.Gini, 14.0/24) || !near(*sp.GiniSharers, 2*(1.0+2+6)/12-4.0/3) || *sp.Top1 != 0.5 || *sp.Top10 != 0.5 || *sp.For80 != 1 || sp.Hill != nil {
		t.Errorf("spread %+v", sp)
	}
	if r := f.ClosedR(); *r != 0.5 { // four below a root, two of them children of non-roots
		t.Errorf("closed R %v", *r)
	}
	last := f.At[f.Len()-1]
	if f.TimeTo(0.5, last); *f.TimeTo(0.5, last) != 120 || *f.TimeTo(0.9, last) != 300 || *f.TimeTo(0.5, 0) != 0 {
		t.Errorf("t50 %v t90 %v", *f.TimeTo(0.5, last), *f.TimeTo(0.9, last))
	}
	l := LatencyOf(f.Edges(last, nil)) // 60 120 120 120
	if l.Edges != 4 || *l.Median != 120 || *l.Quarter != 105 || l.Truncated != nil {
		t.Errorf("latency %+v", l)
	}
	if got := f.Dependents(nil); got[0] != 4 || got[1] != 2 {
		t.Errorf("dependents %v", got)
	}
	// eve (5) also met a link of fay's (4): nobody but the marketer is needed for her.
	if got := f.Dependents([]Exposure{{Viewer: 5, Sharer: 4}}); got[0] != 3 || got[1] != 1 || got[3] != 0 {
		t.Errorf("dependents with a second exposure %v", got)
	}
	if chain := f.Chain(5); len(chain) != 4 || chain[3] != 0 {
		t.Errorf("eve's chain %v", chain)
	}
}

func TestKnownShapes(t *testing.T) {
	star := []Row{{ID: 1}}
	for i := uint32(2); i <= 1000; i++ {
		star = append(star, Row{ID: i, Parent: 1, At: int64(i)})
	}
	f, _ := New(star)
	if sv, _ := f.Cascades()[0].Virality(); !near(sv, 2*999.0/1000) {
		t.Errorf("star %v", sv)
	}
	if g := f.Spread(); *g.Gini < 0.998 || *g.GiniSharers != 0 {
		t.Errorf("star's Gini %v, among sharers %v", *g.Gini, *g.GiniSharers)
	}
	// A random recursive tree of 100,000: about 19.3 by the published measure.
	rng := rand.New(rand.NewPCG(4, 4))
	rec := []Row{{ID: 1}}
	for i := uint32(2); i <= 100_000; i++ {
		rec = append(rec, Row{ID: i, Parent: 1 + rng.Uint32N(i-1), At: int64(i)})
	}
	f, _ = New(rec)
	if sv, _ := f.Cascades()[0].Virality(); sv < 17 || sv > 22 {
		t.Errorf("random recursive tree %v, want about 19.3", sv)
	}
}

func TestRatesAndGrowth(t *testing.T) {
	for _, a := range []float64{2.9, 60, 950, 1050, 40_000} {
		for _, p := range []float64{0.05, 0.5, 0.95} {
			if got := (distuv.Gamma{Alpha: a, Beta: 1}).CDF(gammaQuantile(a, p)); math.Abs(got-p) > 1e-4 {
				t.Errorf("gamma quantile(%v, %v) has CDF %v", a, p, got)
			}
		}
	}
	// Everybody waits two hours: R = 2 doubles every two hours, R = 1/2 halves.
	if r, d, ok := Growth(2, []float64{7200, 7200}); !ok || !near(*d, 7200) || !near(r, math.Ln2/7200) {
		t.Errorf("growth %v doubling %v", r, d)
	}
	if r, d, ok := Growth(0.5, []float64{7200}); !ok || d != nil || !near(r, -math.Ln2/7200) {
		t.Errorf("decay %v %v", r, d)
	}
	if r, _, _ := Growth(3, []float64{10, 500, 90_000}); r <= 0 || !near(3*(math.Exp(-10*r)+math.Exp(-500*r)+math.Exp(-90_000*r))/3, 1) {
		t.Errorf("Euler-Lotka is not solved by %v", r)
	}
	if k := KFactor(0, 5, 1); k.PerViewer != nil || k.Factor != nil || *k.PerLink != 0.2 {
		t.Errorf("K over no viewers %+v", k)
	}
	if k := KFactor(10, 20, 5); *k.Factor != 0.5 {
		t.Errorf("K %v", *k.Factor)
	}
	if Amplification(1) != nil || *Amplification(0.5) != 2 {
		t.Error("amplification")
	}
	if Extinction(0.9, 0.1) != 1 || math.Abs(Extinction(2, math.Inf(1))-0.2031878699799799) > 1e-9 {
		t.Errorf("extinction %v", Extinction(2, math.Inf(1)))
	}
	for _, k := range []float64{0.01, 0.3, 5} {
		q := Extinction(1.7, k)
		if !near(q, math.Pow(1+1.7*(1-q)/k, -k)) || q >= 1 {
			t.Errorf("k %v: q %v is no fixed point", k, q)
		}
	}
}

// TestCohortRCorrects: viewers with R = 0.8 watched for a short time only.
func TestCohortRCorrects(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	delay := LogNormal{math.Log(3600), 1.5}
	const now = 3600_000_000
	var rows []Row
	for i := range uint32(4000) {
		at := rng.Int64N(now)
		rows = append(rows, Row{ID: i + 1, At: at})
		for range int(distuv.Poisson{Lambda: 0.8, Src: rng}.Rand()) {
			child := at + int64(math.Exp(delay.Mu+delay.Sigma*rng.NormFloat64())*1e6)
			rows = append(rows, Row{ID: uint32(100_000 + len(rows)), Parent: i + 1, At: child})
		}
	}
	f, err := New(rows)
	if err != nil {
		t.Fatal(err)
	}
	seed := func(i int32) bool { return f.Parent[i] < 0 }
	r, naive := f.CohortR(seed, now, delay, DefaultPrior())
	if *naive > 0.4 || r.Low > 0.8 || r.High < 0.8 || r.High-r.Low > 0.15 {
		t.Errorf("naive %v, corrected %+v, true 0.8", *naive, r)
	}
	edges := f.Edges(now, nil)
	seen, full := LatencyOf(edges).Seen, FitTruncated(edges, DefaultDelay(), 2)
	if math.Abs(full.Mu-delay.Mu) > math.Abs(seen.Mu-delay.Mu)/3 {
		t.Errorf("seen %+v, truncated %+v, true %+v", seen, full, delay)
	}
	w := f.InstantR(now, 300, 20, delay, DefaultPrior())
	var mid float64
	for _, x := range w {
		mid += x.R.Mean / float64(len(w))
	}
	if len(w) < 5 || mid < 0.6 || mid > 1 {
		t.Errorf("R_t of %d windows: %v, want about 0.8", len(w), mid)
	}
}

func TestDispersionHillAndHalfLife(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	kids := make([]int32, 50_000)
	for i := range kids {
		l := distuv.Gamma{Alpha: 0.05, Beta: 0.05 / 0.4, Src: rng}.Rand()
		if l > 0 {
			kids[i] = int32(distuv.Poisson{Lambda: l, Src: rng}.Rand())
		}
	}
	s := SpreadOf(Histogram(kids))
	if k := *s.DispersionML; k < 0.045 || k > 0.055 || *s.Dispersion < 0.035 || *s.Dispersion > 0.07 {
		t.Errorf("k %v by likelihood, %v by moments, want 0.05", k, *s.Dispersion)
	}
	for i := range kids {
		kids[i] = int32(10 * math.Pow(1-rng.Float64(), -1/1.5))
	}
	if h := SpreadOf(Histogram(kids)).Hill; math.Abs(*h-1.5) > 0.1 {
		t.Errorf("Hill %v, want 1.5", *h)
	}
	var rows []Row
	at := 0.0
	for i := range uint32(3000) { // rate halves every hour
		rows = append(rows, Row{ID: i + 1, At: int64(at * 1e6)})
		at = -3600 / math.Ln2 * math.Log(1-float64(i+1)/3001)
	}
	f, _ := New(rows)
	if h := f.HalfLife(5*3600_000_000, 900); h == nil || math.Abs(*h-3600) > 300 {
		t.Errorf("half-life %v, want 3600", h)
	}
	curve := FirstShare([]Wait{{1, true}, {2, false}, {3, true}, {3, true}, {9, false}})
	if len(curve) != 2 || curve[0].Left != 0.8 || !near(curve[1].Left, 0.8*(1-2.0/3)) || curve[1].AtRisk != 3 {
		t.Errorf("Kaplan-Meier %+v", curve)
	}
}

func TestNextGenerationAgainstGonum(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 3))
		f, err := New(grow(rng, 300))
		if err != nil {
			t.Fatal(err)
		}
		g := f.NextGeneration(f.At[299]+3600_000_000, LogNormal{0, 1}, Prior{1, 2})
		m := mat.NewDense(len(g.Channels), len(g.Channels), nil)
		var elasticity, mix float64
		for c := range g.Channels {
			mix += g.Mix[c]
			for d := range g.Channels {
				m.Set(c, d, g.Mean[c][d])
				elasticity += g.Elasticity[c][d]
			}
		}
		var e mat.Eigen
		e.Factorize(m, mat.EigenNone)
		top := 0.0
		for _, v := range e.Values(nil) {
			top = max(top, real(v))
		}
		if !near(g.R, top) || !near(elasticity, 1) || !near(mix, 1) {
			t.Fatalf("R %v, gonum %v; elasticities %v, mix %v", g.R, top, elasticity, mix)
		}
		for c := range g.Channels {
			var back float64
			for d := range g.Channels {
				back += g.Mean[c][d] * g.Value[d]
			}
			if !near(back, g.R*g.Value[c]) {
				t.Fatalf("Value is no right eigenvector at %d", c)
			}
		}
	}
}

func TestCompareAndHolm(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	draw := func(n int, m float64) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = 1 + math.Floor(-m*math.Log(1-rng.Float64()))
		}
		return out
	}
	c, ok := Compare(draw(200, 3), draw(200, 9), 2000, rng)
	if !ok || c.Low <= 0 || c.Chance > 0.01 || c.Detectable <= 0 {
		t.Errorf("three times the reach is not seen: %+v", c)
	}
	if c, ok = Compare(draw(100, 3), draw(100, 3), 2000, rng); !ok || c.Low > 0 || c.High < 0 {
		t.Errorf("like cohorts differ: %+v", c)
	}
	if _, ok := Compare(draw(29, 3), draw(100, 3), 100, rng); ok {
		t.Error("29 seeds were compared")
	}
	if p := Holm([]float64{0.04, 0.01, 0.03}); p[1] != 0.03 || p[2] != 0.06 || p[0] != 0.06 {
		t.Errorf("Holm %v", p)
	}
	f := family(t)
	if s := f.SizesAt(120, f.At[5], nil); len(s) != 1 || s[0] != 3 { // fay is too young
		t.Errorf("sizes at two minutes %v", s)
	}
}
