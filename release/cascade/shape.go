package cascade

import "slices"

// Cascade is the shape of one generation-1 viewer and everyone below.
type Cascade struct {
	Root     int32 // position of the root
	Size     int   // viewers
	Views    int   // of them, those for whom the content ran
	Depth    int   // edges from the root to the deepest; a lone root has 0
	Breadth  int   // most viewers at one depth
	Leaves   int   // viewers without a child
	DepthSum int64 // sum of depths
	Wiener   Wide  // sum of distances over unordered pairs
}

// Sharers are the viewers with a child.
func (c Cascade) Sharers() int { return c.Size - c.Leaves }

// Virality is the structural virality; ok is false for a single viewer.
func (c Cascade) Virality() (sv float64, ok bool) { return Virality(c.Wiener, c.Size) }

// Cascades measures every cascade, in arrival order of the roots, in linear
// time.
func (f *Forest) Cascades() []Cascade {
	out := make([]Cascade, len(f.Roots))
	for t, r := range f.Roots {
		out[t] = Cascade{Root: r, Size: int(f.Size[r])}
	}
	for i, p := range f.Parent {
		c := &out[f.Tree[i]]
		d := int(f.Depth[i])
		c.Depth = max(c.Depth, d)
		c.DepthSum += int64(d)
		if f.Kids[i] == 0 {
			c.Leaves++
		}
		if f.Mark[i]&Viewed != 0 {
			c.Views++
		}
		if p >= 0 {
			s := uint64(f.Size[i])
			c.Wiener = c.Wiener.plus(product(s, uint64(c.Size)-s))
		}
	}
	levels, first := f.levels(out)
	for t := range out {
		for d := range out[t].Depth + 1 {
			out[t].Breadth = max(out[t].Breadth, int(levels[first[t]+d]))
		}
	}
	return out
}

// levels counts viewers per cascade and depth in one flat slice: cascade t's
// depth d is at first[t]+d.
func (f *Forest) levels(cs []Cascade) (levels []int32, first []int) {
	first = make([]int, len(cs))
	total := 0
	for t := range cs {
		first[t] = total
		total += cs[t].Depth + 1
	}
	levels = make([]int32, total)
	for i, t := range f.Tree {
		levels[first[t]+int(f.Depth[i])]++
	}
	return levels, first
}

// Generation is one row of the table of generations.
type Generation struct {
	Number   int      // 1 for the seeds' viewers
	People   int      // viewers
	Views    int      // of them, those for whom the content ran
	Sharers  int      // of them, those with a child
	Cascades int      // cascades that came this far
	Ratio    *float64 // next generation's people over this one's
}

// Generations sums the generations over all cascades before dividing. Ratio
// tends to rise with depth only because the livelier cascades survive: it must
// never be read as acceleration.
func (f *Forest) Generations() []Generation {
	var out []Generation
	var seen []int32 // last cascade plus one that reached the depth
	order := f.byTree()
	for _, i := range order {
		d := int(f.Depth[i])
		for d >= len(out) {
			out = append(out, Generation{Number: len(out) + 1})
			seen = append(seen, 0)
		}
		g := &out[d]
		g.People++
		if f.Kids[i] > 0 {
			g.Sharers++
		}
		if f.Mark[i]&Viewed != 0 {
			g.Views++
		}
		if seen[d] != f.Tree[i]+1 {
			seen[d] = f.Tree[i] + 1
			g.Cascades++
		}
	}
	for d := range out {
		next := 0
		if d+1 < len(out) {
			next = out[d+1].People
		}
		out[d].Ratio = ratio(float64(next), float64(out[d].People))
	}
	return out
}

// byTree lists positions cascade by cascade, in arrival order within each.
func (f *Forest) byTree() []int32 {
	start := make([]int32, len(f.Roots)+1)
	for t, r := range f.Roots {
		start[t+1] = start[t] + f.Size[r]
	}
	out := make([]int32, f.Len())
	for i, t := range f.Tree {
		out[start[t]] = int32(i)
		start[t]++
	}
	return out
}

// Shape is the campaign as a whole.
type Shape struct {
	Cascades  int
	People    int
	Views     int
	Depth     int
	Breadth   int // most people in one generation of the whole campaign
	Leaves    int
	Sharers   int
	MeanDepth *float64 // over people, not over cascades
	// Sizes of cascades: median, 90 % and largest.
	SizeMedian, Size90 *float64
	SizeMax            int
	// With the marketer as one extra root above all seeds, N+1 nodes.
	Wiener   Wide
	Virality *float64
	// Over cascades of at least 10 viewers.
	Compared         int
	ViralityMedian   *float64
	ViralityWeighted *float64 // mean weighted by size
}

// MinCompared is the size from which a cascade's virality is compared.
const MinCompared = 10

// Shape sums the campaign up from its cascades (as Cascades gave them).
func (f *Forest) Shape(cs []Cascade) Shape {
	out := Shape{Cascades: len(cs), People: f.Len()}
	sizes := make([]float64, 0, len(cs))
	var svs []float64
	var weighted, weight float64
	var sum int64
	for _, c := range cs {
		out.Views += c.Views
		out.Leaves += c.Leaves
		out.Depth = max(out.Depth, c.Depth)
		out.SizeMax = max(out.SizeMax, c.Size)
		sum += c.DepthSum
		sizes = append(sizes, float64(c.Size))
		if sv, ok := c.Virality(); ok && c.Size >= MinCompared {
			svs = append(svs, sv)
			weighted += sv * float64(c.Size)
			weight += float64(c.Size)
		}
	}
	out.Sharers = out.People - out.Leaves
	out.MeanDepth = ratio(float64(sum), float64(out.People))
	slices.Sort(sizes)
	slices.Sort(svs)
	out.SizeMedian, out.Size90 = quantilePtr(sizes, 0.5), quantilePtr(sizes, 0.9)
	out.Compared = len(svs)
	out.ViralityMedian = quantilePtr(svs, 0.5)
	out.ViralityWeighted = ratio(weighted, weight)
	level := make([]int, out.Depth+1)
	all := uint64(f.Len()) + 1
	for i, s := range f.Size {
		level[f.Depth[i]]++
		out.Wiener = out.Wiener.plus(product(uint64(s), all-uint64(s)))
	}
	out.Breadth = slices.Max(level)
	if sv, ok := Virality(out.Wiener, int(all)); ok {
		out.Virality = &sv
	}
	return out
}
