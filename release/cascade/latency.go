package cascade

import (
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/optimize"
)

// Delay is the distribution of the time from a viewer's arrival to a child's.
type Delay interface {
	// CDF is the share of children that come within the seconds.
	CDF(seconds float64) float64
}

// LogNormal is a delay whose logarithm (of seconds) is normal.
type LogNormal struct {
	Mu, Sigma float64
}

// DefaultDelay is what is known before there is data: median one hour.
func DefaultDelay() LogNormal { return LogNormal{Mu: math.Log(3600), Sigma: 2.5} }

// CDF of the log-normal.
func (d LogNormal) CDF(s float64) float64 {
	if s <= 0 {
		return 0
	}
	return normalCDF((math.Log(s) - d.Mu) / d.Sigma)
}

// Quantile in seconds.
func (d LogNormal) Quantile(p float64) float64 {
	return math.Exp(d.Mu + d.Sigma*math.Sqrt2*math.Erfinv(2*p-1))
}

// Empirical is a delay read from measured latencies, ascending seconds.
type Empirical []float64

// NewEmpirical sorts a copy.
func NewEmpirical(latencies []float64) Empirical { return sortedCopy(latencies) }

// CDF is the share of latencies at or below s; 0 without any.
func (d Empirical) CDF(s float64) float64 {
	if len(d) == 0 {
		return 0
	}
	return float64(sort.Search(len(d), func(i int) bool { return d[i] > s })) / float64(len(d))
}

// Edge is one hand-off: how long it took, and how long it could have taken
// and still be seen (now minus the parent's arrival); seconds.
type Edge struct {
	Latency, Horizon float64
}

// Edges lists the hand-offs known at now (microseconds) by child's arrival.
// pick chooses children; nil = all.
func (f *Forest) Edges(now int64, pick func(child int32) bool) []Edge {
	var out []Edge
	for i, p := range f.Parent {
		if f.At[i] > now {
			break
		}
		if p >= 0 && (pick == nil || pick(int32(i))) {
			out = append(out, Edge{seconds(f.At[i] - f.At[p]), seconds(now - f.At[p])})
		}
	}
	return out
}

// Latency sums hand-offs up. There is no mean: it diverges.
type Latency struct {
	Edges                          int
	Quarter, Median, ThreeQ, Ninth *float64   // 25, 50, 75 and 90 %, seconds
	Seen                           *LogNormal // fitted to what was seen
	Truncated                      *LogNormal // allowing for those still to come
}

// LatencyOf measures hand-offs. Seen needs two, Truncated ten.
func LatencyOf(edges []Edge) Latency {
	out := Latency{Edges: len(edges)}
	if len(edges) == 0 {
		return out
	}
	x := make([]float64, len(edges))
	for i, e := range edges {
		x[i] = e.Latency
	}
	slices.Sort(x)
	out.Quarter, out.Median = quantilePtr(x, 0.25), quantilePtr(x, 0.5)
	out.ThreeQ, out.Ninth = quantilePtr(x, 0.75), quantilePtr(x, 0.9)
	if len(x) >= 2 {
		d := fitSeen(x)
		out.Seen = &d
	}
	if len(x) >= 10 {
		d := FitTruncated(edges, DefaultDelay(), 2)
		out.Truncated = &d
	}
	return out
}

// lnSeconds floors at one second, so that an instant hand-off has a logarithm.
func lnSeconds(s float64) float64 { return math.Log(max(s, 1)) }

func fitSeen(x []float64) LogNormal {
	var m, v float64
	for _, l := range x {
		m += lnSeconds(l)
	}
	m /= float64(len(x))
	for _, l := range x {
		d := lnSeconds(l) - m
		v += d * d
	}
	return LogNormal{m, max(math.Sqrt(v/float64(len(x))), 1e-3)}
}

// fitSample bounds the fit's cost; beyond it every j-th edge is used.
const fitSample = 20_000

// FitTruncated maximises sum ln f(l) - ln F(horizon): the latency as if all
// could be waited for. weight pseudo-observations hold it near the prior,
// since little data cannot tell slow from few.
func FitTruncated(edges []Edge, prior LogNormal, weight float64) LogNormal {
	if len(edges) == 0 {
		return prior
	}
	stride := (len(edges) + fitSample - 1) / fitSample
	var logs, ends []float64
	for i := 0; i < len(edges); i += stride {
		logs = append(logs, lnSeconds(edges[i].Latency))
		ends = append(ends, lnSeconds(max(edges[i].Horizon, edges[i].Latency)))
	}
	cost := func(x []float64) float64 {
		mu, sigma := x[0], math.Exp(x[1])
		a, b := (mu-prior.Mu)/prior.Sigma, x[1]-math.Log(prior.Sigma)
		s := weight * (a*a/2 + b*b)
		for i, l := range logs {
			z := (l - mu) / sigma
			s += z*z/2 + x[1] + lnNormalCDF((ends[i]-mu)/sigma)
		}
		return s
	}
	start := []float64{prior.Mu, math.Log(prior.Sigma)}
	got, err := optimize.Minimize(optimize.Problem{Func: cost}, start,
		&optimize.Settings{MajorIterations: 400, Converger: &optimize.FunctionConverge{Absolute: 1e-7, Iterations: 30}},
		&optimize.NelderMead{})
	if got == nil || err != nil && cost(got.X) > cost(start) {
		return prior
	}
	return LogNormal{got.X[0], math.Exp(got.X[1])}
}

// lnNormalCDF stays finite far to the left, where the CDF underflows.
func lnNormalCDF(z float64) float64 {
	if z > -30 {
		return math.Log(normalCDF(z))
	}
	return -z*z/2 - math.Log(-z) - 0.5*math.Log(2*math.Pi)
}
