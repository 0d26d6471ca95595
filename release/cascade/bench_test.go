package cascade

import (
	"math/rand/v2"
	"runtime"
	"testing"
)

// million is a forest with 5,000 seeds and shallow, uneven branches.
func million() []Row {
	rng := rand.New(rand.NewPCG(1, 1))
	rows := make([]Row, 1_000_000)
	for i := range rows {
		rows[i] = Row{ID: uint32(i + 1), At: int64(i) * 100_000, Channel: uint8(i % 5)}
		if i > 0 && rng.Float64() > 0.005 {
			rows[i].Parent = 1 + rng.Uint32N(uint32(i))
		}
	}
	return rows
}

func BenchmarkMillion(b *testing.B) {
	rows := million()
	f, err := New(rows)
	if err != nil {
		b.Fatal(err)
	}
	run := func(name string, fn func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				fn()
			}
		})
	}
	now := f.At[f.Len()-1]
	run("New", func() { New(rows) })
	run("Cascades+Shape", func() { f.Shape(f.Cascades()) })
	run("Generations", func() { f.Generations() })
	run("Spread", func() { f.Spread() })
	run("Credit", func() { f.Credit(TimeDecay, 3600, nil) })
	run("Dependents", func() { f.Dependents([]Exposure{{500_000, 3}, {999_999, 7}}) })
	run("Latency", func() { LatencyOf(f.Edges(now, nil)) })
	run("NextGeneration", func() { f.NextGeneration(now, DefaultDelay(), DefaultPrior()) })
	run("LiveOf", func() { LiveOf(f) })
	run("LiveAdd", func() {
		l := &Live{}
		for _, p := range f.Parent {
			l.Add(p)
		}
	})
}

// TestLiveMemory keeps the running form's promise, the worst case (a door,
// where every viewer begins a cascade) included.
func TestLiveMemory(t *testing.T) {
	const n = 200_000
	f, err := New(million()[:n])
	if err != nil {
		t.Fatal(err)
	}
	for name, parent := range map[string]func(i int) int32{
		"forest": func(i int) int32 { return f.Parent[i] },
		"door":   func(int) int32 { return -1 },
		"pairs":  func(i int) int32 { return int32(i%2*i - 1) },
	} {
		before := heap()
		l := &Live{}
		for i := range n {
			l.Add(parent(i))
		}
		bytes := float64(heap()-before) / n
		if t.Logf("%s: %.1f bytes a viewer", name, bytes); bytes > 90 {
			t.Errorf("%s: %.1f bytes a viewer", name, bytes)
		}
		runtime.KeepAlive(l)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
