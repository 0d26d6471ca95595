package cascade

import (
	"math"
	"math/rand/v2"
)

// SimulateForest lets an audience live from a number of roots, at most limit
// viewers in all (those that would come after it are left out, generation by
// generation). Times are microseconds from 0. The same source gives the same
// forest.
func SimulateForest(a Audience, roots, limit int, rng *rand.Rand) *Forest {
	s := newSimulation(a, rng)
	rows := make([]Row, 0, min(limit, roots*4+16))
	for i := range min(roots, limit) {
		at := 0.0
		if a.Span > 0 {
			u := rng.Float64()
			if at = s.awake(a.Span * u * u); a.Window > 0 {
				at = min(at, a.Window)
			}
		}
		rows = append(rows, Row{ID: uint32(i + 1), At: micros(at), Channel: uint8(s.seedMedium())})
	}
	for i := 0; i < len(rows) && len(rows) < limit; i++ {
		rows = s.children(rows, i, limit)
	}
	for i := range rows {
		if rng.Float64() < a.Plays {
			rows[i].Mark |= Viewed
		}
		rows[i].Channel = s.code(rows[i].Channel)
	}
	f, err := New(rows)
	if err != nil {
		panic("cascade: a simulated forest is no forest: " + err.Error()) // parents come first by construction
	}
	return f
}

func micros(s float64) int64 { return int64(min(s, 1e11) * 1e6) }

// simulation is an audience with its tables made; while it runs, a row's
// channel is an index into Media.
type simulation struct {
	a     Audience
	rng   *rand.Rand
	total float64     // of Mix
	kids  []offspring // by medium
	seed  offspring
	peak  float64 // of Hours
	spent []int32 // shares by row
}

func newSimulation(a Audience, rng *rand.Rand) *simulation {
	if len(a.Media) == 0 {
		a.Media = []Medium{{Mix: 1, Warmth: 1, Pace: 1}}
	}
	s := &simulation{a: a, rng: rng, seed: newOffspring(a.SeedR, a.SeedDispersion, a.SeedQuota)}
	for _, m := range a.Media {
		s.total += m.Mix
	}
	// Who came by a warm channel shares more, and much of it by that channel:
	// R is the leading root of the matrix of hand-offs, so scale by it.
	_, warm := power(len(a.Media), func(i, j int) float64 {
		m, to := a.Media[j], (1-a.Media[j].Stay)*a.Media[i].Mix/s.total
		if i == j {
			to += m.Stay
		}
		return m.Warmth * to
	})
	for _, m := range a.Media {
		s.kids = append(s.kids, newOffspring(a.R*m.Warmth/warm, a.Dispersion, a.Quota))
	}
	for _, h := range a.Hours {
		s.peak = max(s.peak, h)
	}
	return s
}

func (s *simulation) code(medium uint8) uint8 { return s.a.Media[medium].Code }

func (s *simulation) seedMedium() int {
	u := s.rng.Float64() * s.total
	for i, m := range s.a.Media {
		if u -= m.Mix; u < 0 {
			return i
		}
	}
	return len(s.a.Media) - 1
}

func (s *simulation) nextMedium(from int) int {
	if s.rng.Float64() < s.a.Media[from].Stay {
		return from
	}
	return s.seedMedium()
}

// awake puts off what would happen at a sleepy hour.
func (s *simulation) awake(at float64) float64 {
	for s.peak > 0 {
		hour := int(math.Mod(at/3600+s.a.StartHour, 24))
		if s.rng.Float64()*s.peak < s.a.Hours[hour] {
			break
		}
		at += 2400 * s.rng.ExpFloat64()
	}
	return at
}

// children appends those of row i.
func (s *simulation) children(rows []Row, i, limit int) []Row {
	parent := rows[i]
	from, dist, n := int(parent.Channel), s.a.Delay, 0
	if parent.Parent == 0 {
		n = s.seed.draw(s.rng)
		dist = s.a.SeedDelay
		dist.Mu += s.a.SeedWander * s.rng.NormFloat64()
	} else {
		n = s.kids[from].draw(s.rng)
	}
	for len(s.spent) < len(rows) {
		s.spent = append(s.spent, 0)
	}
	pays, copies := account(rows, i), 0
	for range n {
		if len(rows) >= limit {
			break
		}
		if row, ok := s.child(parent, from, dist); ok {
			switch {
			case parent.Mark&Copied == 0 && copies < s.a.Copies && s.rng.Float64() < s.a.CopyShare:
				copies++
				row.Mark, row.Channel = Copied, parent.Channel
			case s.a.Quota > 0 && parent.Parent != 0 && int(s.spent[pays]) >= s.a.Quota:
				continue
			default:
				s.spent[pays]++
			}
			row.ID = uint32(len(rows) + 1)
			rows = append(rows, row)
		}
	}
	return rows
}

// account is the row whose quota row i's shares are taken from: who came by a
// copied link shares from their parent's.
func account(rows []Row, i int) int {
	if rows[i].Mark&Copied != 0 {
		return int(rows[i].Parent) - 1
	}
	return i
}

// child draws one arrival below a parent; ok is false past the window.
func (s *simulation) child(parent Row, from int, dist LogNormal) (row Row, ok bool) {
	to := s.nextMedium(from)
	lag := max(math.Exp(dist.Mu+dist.Sigma*s.rng.NormFloat64())*s.a.Media[to].Pace, s.a.MinDelay)
	at := s.awake(seconds(parent.At) + lag)
	if s.a.Window > 0 && at > s.a.Window {
		return row, false
	}
	return Row{Parent: parent.ID, At: max(micros(at), parent.At), Channel: uint8(to)}, true
}

// SimulateFinished lets an audience live campaigns, each begun at an hour of
// its own within the week, so that a library can be learnt before there are
// real ones. a.Window must be set.
func SimulateFinished(a Audience, campaigns, roots, limit int, seed uint64) []Finished {
	const hour = 3_600_000_000
	out := make([]Finished, campaigns)
	for i := range out {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		start := rng.IntN(week)
		a.StartHour = float64(start % 24)
		f := SimulateForest(a, roots, limit, rng)
		for j := range f.At {
			f.At[j] += int64(start) * hour
		}
		begin := int64(start) * hour
		out[i] = Finished{Forest: f, Start: begin, End: begin + int64(a.Window*1e6)}
	}
	return out
}
