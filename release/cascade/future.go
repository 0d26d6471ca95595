package cascade

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

const (
	futureBins = 40
	maxR       = 0.95
	// seedsAlone is how many seeds, the liveliest, get a course of their own;
	// the rest are pooled by age.
	seedsAlone = 64
)

type bins [futureBins]float64

// model is everything about a campaign that its futures share.
type model struct {
	lib       *Library
	r         Rate
	rA, rB    float64
	takeOff   float64
	kappa     float64
	groups    []group // viewers below the seeds, by age
	pools     []group // seeds without a course of their own, by age
	seeds     []*course
	doors     []*course
	planned   []launch
	kernel    [futureBins]bins // part of a viewer's children that come in a later bin
	afterSeed [futureBins]bins // the same for a seed
	edges     [futureBins + 1]float64
}

// group is viewers of like age: their rates together are one Gamma.
type group struct {
	shape, done float64 // done: part of the children to be expected by now
	n, age      float64
	ahead       bins // part of the children due in each bin
}

// course is a seed with its own weights over the templates.
type course struct {
	prior  Prior
	kids   float64
	now    spot
	spots  [futureBins + 1]spot
	sum    []float64 // cumulative weights
	pick   []int32   // their templates
	ahead  map[int32]*bins
	onward map[int32]float64 // F_c(T)
}

// launch is a planned seed: the chance of a claim in each bin.
type launch struct{ chance bins }

func (l *Library) model(f *Forest, q Question) *model {
	c := newClock(l.Hours)
	now, end := c.at(q.Now), c.at(q.End)
	m := &model{lib: l, kappa: l.Kappa}
	for j := range m.edges {
		m.edges[j] = (end - now) * math.Pow(float64(j)/futureBins, 1.5)
	}
	ages := make([]float64, f.Len())
	for i, at := range f.At {
		ages[i] = max(now-c.at(at), 0)
	}
	latency := l.latency(f, ages)
	m.rates(f, ages, latency)
	m.group(f, ages, latency)
	m.groupSeeds(f, ages)
	m.kernel = spread(latency, &m.edges)
	m.afterSeed = spread(l.mean, &m.edges)
	for _, d := range q.Doors {
		if d.Opened < q.Now {
			m.doors = append(m.doors, m.door(d, c, q.Now))
		}
	}
	for _, p := range q.Planned {
		m.planned = append(m.planned, m.launch(now-c.at(p.At), p.Chance, latency))
	}
	return m
}

// latency is the library's, or fitted to the campaign's own hand-offs with
// those to come allowed for.
func (l *Library) latency(f *Forest, ages []float64) Curve {
	if l.Latency != nil {
		return l.Latency
	}
	var edges []Edge
	for i, p := range f.Parent {
		if p >= 0 {
			edges = append(edges, Edge{ages[p] - ages[i], ages[p]})
		}
	}
	return curveOf(FitTruncated(edges, DefaultDelay(), 5))
}

// rates is the posterior of R, with the variance of heavy tails.
func (m *model) rates(f *Forest, ages []float64, latency Curve) {
	var kids, squares, exposure, n float64
	for i, p := range f.Parent {
		if p >= 0 {
			k := float64(f.Kids[i])
			kids, squares, n = kids+k, squares+k*k, n+1
			exposure += latency.CDF(ages[i])
		}
	}
	phi := 1.0
	if kids > 0 {
		avg := kids / n
		phi = max(1, (squares/n-avg*avg)/(8*avg))
	}
	m.r = m.lib.R.estimate(kids/phi, exposure/phi)
	m.r.Count, m.r.Exposure = kids, exposure
	m.rA, m.rB = m.lib.R.A+kids/phi, m.lib.R.B+exposure/phi
	m.takeOff = 1 - distuv.Gamma{Alpha: m.rA, Beta: m.rB}.CDF(0.9)
}

// group pools viewers below the seeds by age.
func (m *model) group(f *Forest, ages []float64, latency Curve) {
	byAge := map[int]int{}
	for i, p := range f.Parent {
		if p >= 0 {
			m.groups = join(m.groups, byAge, ages[i], m.kappa+float64(f.Kids[i]))
		}
	}
	finish(m.groups, latency, &m.edges)
}

// groupSeeds gives the liveliest seeds a course of their own, from how their
// children came so far, and pools the others by age.
func (m *model) groupSeeds(f *Forest, ages []float64) {
	order := slices.Clone(f.Roots)
	slices.SortStableFunc(order, func(a, b int32) int { return int(f.Kids[b]) - int(f.Kids[a]) })
	alone := order[:min(len(order), seedsAlone)]
	byAge := map[int]int{}
	for _, r := range order[len(alone):] {
		m.pools = join(m.pools, byAge, ages[r], m.lib.Seeds.A+float64(f.Kids[r]))
	}
	finish(m.pools, m.lib.mean, &m.edges)
	at := make(map[int32]int, len(alone))
	for n, r := range alone {
		at[r] = n
	}
	counts := make([][gridPoints + 1]float64, len(alone))
	for i, p := range f.Parent {
		if n, ok := at[p]; ok {
			counts[n][place(ages[p]-ages[i]).i]++
		}
	}
	for n, r := range alone {
		m.seeds = append(m.seeds, m.course(m.lib.Seeds, float64(f.Kids[r]), ages[r], &counts[n]))
	}
}

func (m *model) course(prior Prior, kids, age float64, counts *[gridPoints + 1]float64) *course {
	s := &course{prior: prior, kids: kids, now: place(age), ahead: map[int32]*bins{}, onward: map[int32]float64{}}
	for j, e := range m.edges {
		s.spots[j] = place(age + e)
	}
	s.weigh(m.lib, counts)
	return s
}

// door is a broadcaster whose children are roots; how many it will bring is
// not known beforehand at all.
func (m *model) door(d Door, c *clock, now int64) *course {
	var counts [gridPoints + 1]float64
	var n float64
	for _, at := range d.Claims {
		if at <= now {
			n++
			counts[place(max(c.at(at)-c.at(d.Opened), 0)).i]++
		}
	}
	return m.course(Prior{0.5, 1e-3}, n, max(c.at(now)-c.at(d.Opened), 0), &counts)
}

// join adds a viewer to the group of their age, three grid steps wide.
func join(groups []group, byAge map[int]int, age, shape float64) []group {
	key := place(age).i / 3
	g, ok := byAge[key]
	if !ok {
		g = len(groups)
		byAge[key] = g
		groups = append(groups, group{})
	}
	groups[g].shape += shape
	groups[g].n++
	groups[g].age += age
	return groups
}

func finish(groups []group, d Curve, edges *[futureBins + 1]float64) {
	for i := range groups {
		g := &groups[i]
		age := g.age / g.n
		g.done = d.CDF(age)
		before := g.done
		for j := range g.ahead {
			next := d.CDF(age + edges[j+1])
			g.ahead[j], before = next-before, next
		}
	}
}

// weigh keeps the templates that hold all but a thousandth of the weight.
func (s *course) weigh(l *Library, counts *[gridPoints + 1]float64) {
	a, b := s.prior.A, s.prior.B
	temper := min(1, 20/max(s.kids, 1))
	var used []int
	for i, n := range counts {
		if n > 0 {
			used = append(used, i)
		}
	}
	weights := make([]float64, len(l.Templates))
	top := math.Inf(-1)
	for t, c := range l.Templates {
		done := max(c.at(s.now), 1e-9)
		var fit float64
		for _, i := range used {
			p := l.logs[t][min(i, gridPoints-1)]
			if i == s.now.i { // the bin that is still running
				before := 0.0
				if i > 0 {
					before = c[i-1]
				}
				p = math.Log(max(done-before, 1e-9))
			}
			fit += counts[i] * p
		}
		fit = temper*(fit-s.kids*math.Log(done)) + a*math.Log(b/(b+done)) + s.kids*math.Log(done/(b+done))
		weights[t] = fit
		top = max(top, fit)
	}
	var all float64
	order := make([]int32, len(weights))
	for t := range weights {
		weights[t] = math.Exp(weights[t] - top)
		all += weights[t]
		order[t] = int32(t)
	}
	slices.SortStableFunc(order, func(x, y int32) int {
		switch {
		case weights[x] > weights[y]:
			return -1
		case weights[x] < weights[y]:
			return 1
		}
		return 0
	})
	var sum float64
	for _, t := range order {
		if sum > 0.999*all {
			break
		}
		sum += weights[t]
		s.sum, s.pick = append(s.sum, sum), append(s.pick, t)
	}
}

// draw chooses a template and gives the births it brings on average.
func (s *course) draw(l *Library, rng *rand.Rand) (rate float64, ahead *bins) {
	u := rng.Float64() * s.sum[len(s.sum)-1]
	i, _ := slices.BinarySearch(s.sum, u)
	t := s.pick[min(i, len(s.pick)-1)]
	ahead, ok := s.ahead[t]
	if !ok {
		c := l.Templates[t]
		ahead = &bins{}
		before := c.at(s.now)
		s.onward[t] = before
		for j := range ahead {
			next := c.at(s.spots[j+1])
			ahead[j], before = next-before, next
		}
		s.ahead[t] = ahead
	}
	return gammaDraw(s.prior.A+s.kids, rng) / (s.prior.B + s.onward[t]), ahead
}

// spread is the part of somebody's children that come in bin j when they
// themselves arrive within bin b, on average over the bin.
func spread(d Curve, edges *[futureBins + 1]float64) (k [futureBins]bins) {
	const parts = 3
	for b := range k {
		for part := range parts {
			at := edges[b] + (edges[b+1]-edges[b])*(float64(part)+0.5)/parts
			before := 0.0
			for j := b; j < futureBins; j++ {
				next := d.CDF(edges[j+1] - at)
				k[b][j] += (next - before) / parts
				before = next
			}
		}
	}
	return k
}

// launch is a seed that went out `age` ago (negative: will) and was not
// claimed: when it may be, given that it was not yet.
func (m *model) launch(age, chance float64, claim Curve) launch {
	var out launch
	done := claim.CDF(age)
	left := 1 - chance*done
	before := done
	for j := range out.chance {
		next := claim.CDF(age + m.edges[j+1])
		out.chance[j], before = chance*(next-before)/max(left, 1e-9), next
	}
	return out
}

// future draws one course of events and gives the arrivals until the end.
func (m *model) future(rng *rand.Rand) float64 {
	r := min(gammaDraw(m.rA, rng)/m.rB, maxR)
	beta := m.kappa / max(r, 1e-9)
	var due bins
	add := func(rate float64, ahead *bins) {
		if rate > 0 {
			for j := range due {
				due[j] += rate * ahead[j]
			}
		}
	}
	for i := range m.groups {
		g := &m.groups[i]
		add(gammaDraw(g.shape, rng)/(beta+g.done), &g.ahead)
	}
	for i := range m.pools {
		g := &m.pools[i]
		add(gammaDraw(g.shape, rng)/(m.lib.Seeds.B+g.done), &g.ahead)
	}
	for _, s := range m.seeds {
		add(s.draw(m.lib, rng))
	}
	total := m.roots(rng, &due)
	for b := range due {
		for born := poisson(due[b], rng); born > 0; {
			total += born
			rate := gammaDraw(m.kappa*born, rng) / beta
			for j := b + 1; j < futureBins; j++ {
				due[j] += rate * m.kernel[b][j]
			}
			born = poisson(rate*m.kernel[b][b], rng) // grandchildren within the bin
		}
	}
	return total
}

// roots draws who comes by planned seeds and doors, and adds what they bring.
func (m *model) roots(rng *rand.Rand, due *bins) (total float64) {
	if len(m.planned)+len(m.doors) == 0 {
		return 0
	}
	var come bins
	for i := range m.planned {
		u := rng.Float64()
		for b, p := range m.planned[i].chance {
			if u -= p; u < 0 {
				come[b]++
				break
			}
		}
	}
	for _, d := range m.doors {
		rate, ahead := d.draw(m.lib, rng)
		for b := range come {
			come[b] += poisson(rate*ahead[b], rng)
		}
	}
	for b, n := range come {
		if n == 0 {
			continue
		}
		total += n
		rate := gammaDraw(m.lib.Seeds.A*n, rng) / m.lib.Seeds.B
		for j := b; j < futureBins; j++ {
			due[j] += rate * m.afterSeed[b][j]
		}
	}
	return total
}
