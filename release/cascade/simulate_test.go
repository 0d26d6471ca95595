package cascade

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func source(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 77)) }

// checkPlan replays a plan as a server would and says what breaks its rules.
func checkPlan(t *rapid.T, p *Plan, a Audience) {
	type link struct {
		by      int32
		channel uint8
		out     bool
		claimer int32
		copies  int
	}
	links := make([]link, p.Links)
	for i := range links {
		links[i] = link{by: -1, claimer: -1}
	}
	parent := map[int32]int32{}
	pays, spent := map[int32]int32{}, map[int32]int{}
	var last int64
	for i, act := range p.Acts {
		if act.At < last {
			t.Fatalf("act %d is out of order", i)
		}
		last = act.At
		if act.Kind != Watch && (act.Link < 0 || int(act.Link) >= p.Links) {
			t.Fatalf("act %d: link %d of %d", i, act.Link, p.Links)
		}
		_, in := parent[act.Actor]
		switch act.Kind {
		case Sent:
			l := &links[act.Link]
			if int(act.Link) >= p.Seeds || l.out {
				t.Fatalf("act %d sends link %d again or not a seed", i, act.Link)
			}
			l.out, l.channel = true, act.Channel
		case Share:
			l := &links[act.Link]
			if !in || l.out || int(act.Link) < p.Seeds {
				t.Fatalf("act %d: %+v shares without being in, or twice", i, act)
			}
			l.out, l.by, l.channel = true, act.Actor, act.Channel
			if spent[pays[act.Actor]]++; a.Quota > 0 && spent[pays[act.Actor]] > a.Quota {
				t.Fatalf("act %d: %d shares by %d", i, spent[pays[act.Actor]], act.Actor)
			}
		case Preview, Open:
			if !links[act.Link].out {
				t.Fatalf("act %d: %+v before the link was out", i, act)
			}
		case Claim:
			l := &links[act.Link]
			if in || !l.out || l.claimer >= 0 || l.by != act.Parent || l.channel != act.Channel {
				t.Fatalf("act %d: %+v of %+v", i, act, *l)
			}
			l.claimer = act.Actor
			parent[act.Actor], pays[act.Actor] = act.Parent, act.Actor
		case CopyClaim:
			l := &links[act.Link]
			if l.copies++; in || l.claimer != act.Parent || l.claimer < 0 || l.copies > a.Copies {
				t.Fatalf("act %d: copy %+v of %+v", i, act, *l)
			}
			parent[act.Actor], pays[act.Actor] = act.Parent, act.Parent
		case Watch:
			if !in || act.Fraction <= 0 || act.Fraction > 1 {
				t.Fatalf("act %d: %+v", i, act)
			}
		case Met:
			if l := links[act.Link]; !in || !l.out || l.claimer >= 0 {
				t.Fatalf("act %d: %+v of %+v", i, act, l)
			}
		}
	}
	if len(parent) != p.People || p.Forest.Len() != p.People {
		t.Fatalf("%d people claimed, %d were planned", len(parent), p.People)
	}
	for i := range int32(p.People) {
		if parent[i] != p.Forest.Parent[i] {
			t.Fatalf("person %d came below %d, the forest says %d", i, parent[i], p.Forest.Parent[i])
		}
	}
}

func TestPlanKeepsTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := DefaultAudience()
		a.Quota = rapid.SampledFrom([]int{0, 1, 2, 10}).Draw(t, "quota")
		a.Copies = rapid.IntRange(0, 5).Draw(t, "copies")
		a.CopyShare = rapid.Float64Range(0, 0.9).Draw(t, "copied")
		a.Window = rapid.SampledFrom([]float64{0, 30, 3600, 96 * 3600}).Draw(t, "window")
		people := rapid.IntRange(1, 300).Draw(t, "people")
		seed := rapid.Uint64().Draw(t, "seed")
		seeds := rapid.IntRange(1, 60).Draw(t, "seeds")
		p := NewPlan(a, people, seeds, source(seed))
		if p.People != people || p.Seeds != seeds {
			t.Fatalf("%d people from %d seeds became %d from %d", people, seeds, p.People, p.Seeds)
		}
		checkPlan(t, p, a)
		if again := NewPlan(a, people, seeds, source(seed)); !reflect.DeepEqual(p, again) {
			t.Fatal("the same source gave another plan")
		}
	})
}

func TestPlanLooksAlive(t *testing.T) {
	p := NewPlan(DefaultAudience(), 200, 20, source(2))
	count := map[ActKind]int{}
	for _, a := range p.Acts {
		count[a.Kind]++
	}
	shape := p.Forest.Shape(p.Forest.Cascades())
	t.Logf("200 people from 20 seeds: acts %v, %d generations, %d sharers, largest branch %d, %.1f h",
		count, shape.Depth+1, shape.Sharers, shape.SizeMax, seconds(p.Acts[len(p.Acts)-1].At)/3600)
	if shape.Depth < 3 || count[Preview] < 100 || count[CopyClaim] < 2 || count[Met] < 1 || count[Open] <= 200 || count[Share] < 200 {
		t.Errorf("dull: %v, %+v", count, shape)
	}
}

func TestSimulatedFiguresAreTheGivenOnes(t *testing.T) {
	a := DefaultAudience()
	a.R, a.Window, a.Hours, a.CopyShare = 0.6, 0, [24]float64{}, 0
	start := time.Now()
	f := SimulateForest(a, 120_000, 2_000_000, source(1))
	t.Logf("%d viewers in %v", f.Len(), time.Since(start).Round(time.Millisecond))
	if r := *f.ClosedR(); r < 0.58 || r > 0.62 {
		t.Errorf("R %v, want 0.6", r)
	}
	var kids []int32
	for i, d := range f.Depth {
		if d > 0 {
			kids = append(kids, f.Kids[i])
		}
	}
	s := SpreadOf(Histogram(kids))
	if zero := float64(s.Offspring[0].People) / float64(len(kids)); zero < 0.75 || zero > 0.92 || s.Offspring[len(s.Offspring)-1].Kids > 10 {
		t.Errorf("%.2f of viewers have no child; histogram ends at %+v", zero, s.Offspring[len(s.Offspring)-1])
	}
	for _, quota := range []int{3, 10, 100} {
		o, sum := newOffspring(0.7, 0.05, quota), 0.0
		rng := source(9)
		for range 200_000 {
			sum += float64(o.draw(rng)) / 200_000
		}
		if sum < 0.66 || sum > 0.74 || o.mean() < 0.699 || o.mean() > 0.701 {
			t.Errorf("quota %d: mean drawn %v, computed %v, want 0.7", quota, sum, o.mean())
		}
	}
}

// TestSleepyHours: arrivals follow the hours' weights.
func TestSleepyHours(t *testing.T) {
	f := SimulateForest(DefaultAudience(), 3000, 100_000, source(3))
	var night, evening int
	for _, at := range f.At {
		switch h := int(seconds(at)/3600+18) % 24; {
		case h >= 2 && h < 6:
			night++
		case h >= 18 && h < 22:
			evening++
		}
	}
	if night*5 > evening {
		t.Errorf("%d at night, %d in the evening", night, evening)
	}
}

func BenchmarkSimulateForest(b *testing.B) {
	for b.Loop() {
		SimulateForest(DefaultAudience(), 250_000, 1_000_000, source(1))
	}
}

func BenchmarkNewPlan200(b *testing.B) {
	for b.Loop() {
		NewPlan(DefaultAudience(), 200, 20, source(1))
	}
}
