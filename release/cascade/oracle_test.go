package cascade

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gonum.org/v1/gonum/graph/flow"
	"gonum.org/v1/gonum/graph/simple"
)

// The oracle computes everything the slow, obvious way from parent lists.

// grow draws a random forest of n rows, shuffled, with ids that are not dense.
func grow(rng *rand.Rand, n int) []Row {
	rows := make([]Row, n)
	lean := rng.Float64() // from chains to stars
	for i := range rows {
		rows[i] = Row{ID: uint32(i*7919 + 3), At: int64(i/2) * 1_000_000, Channel: uint8(rng.IntN(5)), Mark: Mark(rng.IntN(2))}
		if i > 0 && rng.Float64() > 0.1 {
			p := int(math.Pow(rng.Float64(), lean*4) * float64(i))
			rows[i].Parent = rows[min(p, i-1)].ID
		}
	}
	rng.Shuffle(n, func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return rows
}

func neighbours(f *Forest, marketer bool) [][]int {
	adj := make([][]int, f.Len()+1)
	join := func(a, b int) { adj[a], adj[b] = append(adj[a], b), append(adj[b], a) }
	for i, p := range f.Parent {
		if p >= 0 {
			join(i, int(p))
		} else if marketer {
			join(i, f.Len())
		}
	}
	return adj
}

// distances sums BFS distances from start to all it reaches.
func distances(adj [][]int, start int) (sum int64, reached []int) {
	dist := map[int]int64{start: 0}
	queue := []int{start}
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		sum += dist[v]
		reached = append(reached, v)
		for _, w := range adj[v] {
			if _, seen := dist[w]; !seen {
				dist[w] = dist[v] + 1
				queue = append(queue, w)
			}
		}
	}
	return sum, reached
}

func ancestors(f *Forest, i int) []int {
	var out []int
	for p := f.Parent[i]; p >= 0; p = f.Parent[p] {
		out = append(out, int(p))
	}
	return out
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b)) }

func TestMeasuresAgainstOracle(t *testing.T) {
	for seed := range uint64(3000) {
		rng := rand.New(rand.NewPCG(seed, 1))
		rows := grow(rng, 1+rng.IntN(40))
		f, err := New(rows)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkAll(f, rows, rng); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func checkAll(f *Forest, rows []Row, rng *rand.Rand) error {
	if err := checkRows(f, rows); err != nil {
		return err
	}
	if err := checkShapes(f); err != nil {
		return err
	}
	if err := checkCredit(f); err != nil {
		return err
	}
	if err := checkLive(f); err != nil {
		return err
	}
	return checkDominators(f, rng)
}

func checkRows(f *Forest, rows []Row) error {
	if f.Len() != len(rows) {
		return fmt.Errorf("%d rows became %d", len(rows), f.Len())
	}
	by := map[uint32]Row{}
	for _, r := range rows {
		by[r.ID] = r
	}
	for i := range f.Len() {
		r := by[f.ID[i]]
		var parent uint32
		if p := f.Parent[i]; p >= 0 {
			if parent = f.ID[p]; int(p) >= i {
				return fmt.Errorf("parent %d stands after %d", p, i)
			}
		}
		if r.Parent != parent || r.At != f.At[i] || r.Channel != f.Channel[i] || r.Mark != f.Mark[i] {
			return fmt.Errorf("row %+v became %d below %d", r, f.ID[i], parent)
		}
		if i > 0 && f.At[i] < f.At[i-1] {
			return fmt.Errorf("out of order at %d", i)
		}
	}
	return nil
}

func checkShapes(f *Forest) error {
	cs := f.Cascades()
	adj := neighbours(f, false)
	var svs, sizes []float64
	for _, c := range cs {
		_, members := distances(adj, int(c.Root))
		var w, depthSum int64
		level := map[int]int{}
		leaves, views := 0, 0
		for _, m := range members {
			d, _ := distances(adj, m)
			w += d
			up := ancestors(f, m)
			level[len(up)]++
			depthSum += int64(len(up))
			if !slices.Contains(f.Parent, int32(m)) {
				leaves++
			}
			views += int(f.Mark[m] & Viewed)
		}
		breadth := 0
		for _, n := range level {
			breadth = max(breadth, n)
		}
		got, _ := c.Wiener.Int64()
		if got*2 != w || c.Size != len(members) || c.Depth != len(level)-1 || c.Breadth != breadth ||
			c.Leaves != leaves || c.Views != views || c.DepthSum != depthSum {
			return fmt.Errorf("cascade %+v: oracle W=%d size=%d levels=%v leaves=%d views=%d", c, w/2, len(members), level, leaves, views)
		}
		n := float64(len(members))
		sv, ok := c.Virality()
		if ok != (len(members) > 1) || ok && !near(sv, float64(w)/(n*(n-1))) {
			return fmt.Errorf("virality %v %v", sv, ok)
		}
		if scaled, ok := ViralityScaled(sv, c.Size); ok && (scaled < -1e-12 || scaled > 1+1e-12) {
			return fmt.Errorf("SV* %v of %+v", scaled, c)
		}
		sizes = append(sizes, n)
		if c.Size >= MinCompared {
			svs = append(svs, sv)
		}
	}
	shape := f.Shape(cs)
	all := neighbours(f, true)
	var w int64
	for i := range all {
		d, _ := distances(all, i)
		w += d
	}
	n := float64(len(all))
	if !near(*shape.Virality, float64(w)/(n*(n-1))) || shape.Compared != len(svs) || shape.SizeMax != int(slices.Max(sizes)) {
		return fmt.Errorf("campaign %+v: oracle W=%d of %v", shape, w/2, n)
	}
	people, alive := 0, f.Generations()
	for g, row := range alive {
		trees := map[int32]bool{}
		for i := range f.Len() {
			if len(ancestors(f, i)) == g {
				trees[f.Tree[i]] = true
			}
		}
		if people += row.People; row.Cascades != len(trees) {
			return fmt.Errorf("generation %d: %d cascades alive, oracle %d", g, row.Cascades, len(trees))
		}
	}
	if people != f.Len() {
		return fmt.Errorf("generations hold %d of %d", people, f.Len())
	}
	return checkGini(f)
}

// checkGini compares with the mean absolute difference.
func checkGini(f *Forest) error {
	var diff, sum float64
	for _, a := range f.Kids {
		sum += float64(a)
		for _, b := range f.Kids {
			diff += math.Abs(float64(a - b))
		}
	}
	got := f.Spread().Gini
	if (got == nil) != (sum == 0) {
		return fmt.Errorf("gini %v with %v children", got, sum)
	}
	if n := float64(f.Len()); got != nil && !near(*got, diff/(2*n*sum)) {
		return fmt.Errorf("gini %v, oracle %v", *got, diff/(2*n*sum))
	}
	return nil
}

func checkCredit(f *Forest) error {
	value := make([]float64, f.Len())
	var total float64
	for i := range value {
		value[i] = float64(i%3) + 0.5
		if f.Parent[i] >= 0 {
			total += value[i]
		}
	}
	const l, half = 0.4, 3.0
	weigh := map[Rule]func(v, a, hop, d int) float64{
		LastTouch:  func(_, _, hop, _ int) float64 { return b2f(hop == 1) },
		FirstTouch: func(_, _, hop, d int) float64 { return b2f(hop == d) },
		Linear:     func(_, _, _, _ int) float64 { return 1 },
		Geometric:  func(_, _, hop, _ int) float64 { return math.Pow(l, float64(hop-1)) },
		TimeDecay:  func(v, a, _, _ int) float64 { return math.Exp2(-seconds(f.At[v]-f.At[a]) / half) },
	}
	for rule, w := range weigh {
		want := make([]float64, f.Len())
		for v := range f.Len() {
			up := ancestors(f, v)
			var sum float64
			for h, a := range up {
				sum += w(v, a, h+1, len(up))
			}
			for h, a := range up {
				want[a] += value[v] * w(v, a, h+1, len(up)) / sum
			}
		}
		param := l
		if rule == TimeDecay {
			param = half
		}
		var sum float64
		for i, got := range f.Credit(rule, param, value) {
			if sum += got; !near(got, want[i]) {
				return fmt.Errorf("rule %d: viewer %d has %v, oracle %v", rule, i, got, want[i])
			}
		}
		if !near(sum, total) {
			return fmt.Errorf("rule %d adds up to %v of %v", rule, sum, total)
		}
	}
	return nil
}

func b2f(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func checkLive(f *Forest) error {
	l := &Live{}
	for i, p := range f.Parent {
		if got := l.Add(p); int(got) != i {
			return fmt.Errorf("live position %d of %d", got, i)
		}
	}
	cs := f.Cascades()
	for _, l := range []*Live{l, LiveOf(f)} {
		if l.Trees() != len(cs) || l.Len() != f.Len() {
			return fmt.Errorf("live holds %d cascades, %d viewers", l.Trees(), l.Len())
		}
		for t, c := range cs {
			if c.Views = 0; l.Cascade(t) != c {
				return fmt.Errorf("live %+v, batch %+v", l.Cascade(t), c)
			}
		}
		for i := range f.Len() {
			tree, depth := l.Tree(int32(i))
			if tree != int(f.Tree[i]) || depth != int(f.Depth[i]) || l.Below(int32(i)) != int(f.Size[i])-1 || l.Parent(int32(i)) != f.Parent[i] {
				return fmt.Errorf("live node %d differs", i)
			}
		}
		got, want := l.Shape(), f.Shape(cs)
		if got.Wiener != want.Wiener || got.Depth != want.Depth || got.Breadth != want.Breadth ||
			got.Leaves != want.Leaves || *got.MeanDepth != *want.MeanDepth || *got.Virality != *want.Virality {
			return fmt.Errorf("live shape %+v, batch %+v", got, want)
		}
		for g, row := range f.Generations() {
			if l.Generations()[g] != row.People {
				return fmt.Errorf("live generation %d: %d, batch %d", g, l.Generations()[g], row.People)
			}
		}
	}
	return nil
}

func checkDominators(f *Forest, rng *rand.Rand) error {
	g := simple.NewDirectedGraph()
	root := simple.Node(f.Len())
	g.AddNode(root)
	for i, p := range f.Parent {
		from := root
		if p >= 0 {
			from = simple.Node(p)
		}
		g.SetEdge(g.NewEdge(from, simple.Node(i)))
	}
	var ex []Exposure
	for range rng.IntN(8) {
		e := Exposure{int32(rng.IntN(f.Len())), int32(rng.IntN(f.Len()))}
		if ex = append(ex, e); e.Viewer != e.Sharer {
			g.SetEdge(g.NewEdge(simple.Node(e.Sharer), simple.Node(e.Viewer)))
		}
	}
	tree := flow.Dominators(root, g)
	want := make([]int32, f.Len())
	for i, d := range f.Dominators(ex) {
		if w := tree.DominatorOf(int64(i)).ID(); w != int64(d) && (d >= 0 || w != root.ID()) {
			return fmt.Errorf("dominator of %d is %d, gonum says %d (%v)", i, d, w, ex)
		}
		for ; d >= 0; d = f.Dominators(ex)[d] {
			want[d]++
		}
	}
	if got := f.Dependents(ex); !slices.Equal(got, want) {
		return fmt.Errorf("dependents %v, oracle %v", got, want)
	}
	return nil
}

func TestAnyOrderGivesTheSameForest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		rows := grow(rng, rapid.IntRange(1, 200).Draw(t, "n"))
		f, err := New(rows)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkRows(f, rows); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzNew(f *testing.F) {
	f.Add([]byte{1, 0, 0, 2, 1, 1, 3, 1, 2})
	f.Add([]byte{1, 2, 0, 2, 1, 0})
	f.Add([]byte{5, 5, 0, 0, 9, 9})
	f.Fuzz(func(t *testing.T, data []byte) {
		var rows []Row
		for ; len(data) >= 3 && len(rows) < 60; data = data[3:] {
			rows = append(rows, Row{ID: uint32(data[0]), Parent: uint32(data[1]), At: int64(int8(data[2])) * 1_000_000})
		}
		forest, err := New(rows)
		if want := wrong(rows); (err != nil) != want {
			t.Fatalf("%+v: %v, oracle says wrong = %v", rows, err, want)
		}
		if err != nil || len(rows) == 0 {
			return
		}
		if err := checkAll(forest, rows, rand.New(rand.NewPCG(1, 1))); err != nil {
			t.Fatalf("%+v: %v", rows, err)
		}
	})
}

// wrong says whether rows are no forest, the slow way.
func wrong(rows []Row) bool {
	by := map[uint32]Row{}
	for _, r := range rows {
		if _, twice := by[r.ID]; twice || r.ID == 0 {
			return true
		}
		by[r.ID] = r
	}
	for _, r := range rows {
		steps := 0
		for at := r; at.Parent != 0; steps++ {
			up, ok := by[at.Parent]
			if !ok || up.At > at.At || steps > len(rows) {
				return true
			}
			at = up
		}
	}
	return false
}
