package cascade

import "slices"

// Live keeps the measures of a growing forest: adding a viewer costs the
// length of their chain. It holds 8 bytes a viewer and 16 a cascade, and some
// 64 bytes and a number a generation more for each cascade that grew beyond its
// root: measured 9 bytes a viewer in deep campaigns, 27 where each viewer is a
// root, 58 where each cascade is a pair. It only grows: take back by rebuilding
// (LiveOf is linear).
type Live struct {
	up      []int32 // parent's position, or -1-tree for a root
	size    []int32 // the viewer and everyone below
	trees   []liveTree
	levels  []int // people per depth, all cascades
	leaves  int
	depths  int64 // sum of depths
	sizes   int64 // sum of size: with squares it gives the Wiener index
	squares Wide
}

// liveTree is one cascade; more is nil while the root is alone.
type liveTree struct {
	root int32
	more *liveMore
}

type liveMore struct {
	leaves  int32
	breadth int32
	sizes   uint64 // sum of size over the cascade
	squares Wide   // sum of size squared
	levels  []int32
}

// Add appends a viewer below parent (a position that Add returned, or -1 for
// a new cascade) and gives its position. A parent that is not there yet is a
// caller's mistake and panics.
func (l *Live) Add(parent int32) int32 {
	i := int32(len(l.up))
	if parent < 0 {
		l.up = append(l.up, -1-int32(len(l.trees)))
		l.size = append(l.size, 1)
		l.trees = append(l.trees, liveTree{root: i})
		l.count(0)
		l.leaves++
		l.sizes++
		l.squares = l.squares.plus(Wide{lo: 1})
		return i
	}
	firstChild := l.size[parent] == 1
	var grown uint64 // growth of the sum of squares: (s+1)²-s² per ancestor
	depth, p := int32(0), parent
	for {
		depth++
		grown += 2*uint64(l.size[p]) + 1
		l.size[p]++
		if l.up[p] < 0 {
			break
		}
		p = l.up[p]
	}
	grown++ // the leaf itself
	t := &l.trees[-1-l.up[p]]
	if t.more == nil {
		t.more = &liveMore{leaves: 1, breadth: 1, sizes: 1, squares: Wide{lo: 1}, levels: []int32{1}}
	}
	l.up = append(l.up, parent)
	l.size = append(l.size, 1)
	t.more.add(depth, firstChild, grown)
	l.count(int(depth))
	if !firstChild {
		l.leaves++
	}
	l.depths += int64(depth)
	l.sizes += int64(depth) + 1
	l.squares = l.squares.plus(Wide{lo: grown})
	return i
}

func (m *liveMore) add(depth int32, firstChild bool, grown uint64) {
	if int(depth) == len(m.levels) {
		m.levels = append(m.levels, 0)
	}
	m.levels[depth]++
	m.breadth = max(m.breadth, m.levels[depth])
	m.sizes += uint64(depth) + 1
	m.squares = m.squares.plus(Wide{lo: grown})
	if !firstChild {
		m.leaves++
	}
}

func (l *Live) count(depth int) {
	for depth >= len(l.levels) {
		l.levels = append(l.levels, 0)
	}
	l.levels[depth]++
}

// Len is the number of viewers.
func (l *Live) Len() int { return len(l.up) }

// Parent is the position of i's parent, -1 for a root.
func (l *Live) Parent(i int32) int32 { return max(l.up[i], -1) }

// Below is how many people stand below i.
func (l *Live) Below(i int32) int { return int(l.size[i]) - 1 }

// Tree gives the cascade of i (an index for Cascade) and i's depth, in the
// length of i's chain.
func (l *Live) Tree(i int32) (tree, depth int) {
	for ; l.up[i] >= 0; i = l.up[i] {
		depth++
	}
	return int(-1 - l.up[i]), depth
}

// Trees is the number of cascades.
func (l *Live) Trees() int { return len(l.trees) }

// Cascade gives the shape of one cascade in constant time. Views are not kept.
func (l *Live) Cascade(tree int) Cascade {
	t := l.trees[tree]
	n := int(l.size[t.root])
	c := Cascade{Root: t.root, Size: n, Breadth: 1, Leaves: 1}
	if m := t.more; m != nil {
		c.Depth, c.Breadth, c.Leaves = len(m.levels)-1, int(m.breadth), int(m.leaves)
		c.DepthSum = int64(m.sizes) - int64(n)
		c.Wiener = product(uint64(n), m.sizes).minus(m.squares)
	}
	return c
}

// Levels gives one cascade's people per depth, a copy.
func (l *Live) Levels(tree int) []int32 {
	if m := l.trees[tree].more; m != nil {
		return slices.Clone(m.levels)
	}
	return []int32{1}
}

// Generations gives the campaign's people per depth, a copy.
func (l *Live) Generations() []int { return slices.Clone(l.levels) }

// Shape gives the campaign's running figures in constant time, apart from the
// number of generations; what needs a sort of cascades (medians) stays nil.
func (l *Live) Shape() Shape {
	n := uint64(l.Len())
	out := Shape{Cascades: len(l.trees), People: l.Len(), Leaves: l.leaves, Sharers: l.Len() - l.leaves}
	if n == 0 {
		return out
	}
	out.Depth, out.Breadth = len(l.levels)-1, slices.Max(l.levels)
	out.MeanDepth = ratio(float64(l.depths), float64(n))
	out.Wiener = product(n+1, uint64(l.sizes)).minus(l.squares)
	sv, _ := Virality(out.Wiener, l.Len()+1)
	out.Virality = &sv
	return out
}

// LiveOf builds the running form of a forest in linear time, positions equal
// to the forest's.
func LiveOf(f *Forest) *Live {
	l := &Live{up: slices.Clone(f.Parent), size: slices.Clone(f.Size), trees: make([]liveTree, len(f.Roots))}
	for t, r := range f.Roots {
		l.up[r] = -1 - int32(t)
		l.trees[t].root = r
		if f.Size[r] > 1 {
			l.trees[t].more = &liveMore{}
		}
	}
	for i, s := range f.Size {
		d := f.Depth[i]
		sq := product(uint64(s), uint64(s))
		l.count(int(d))
		l.depths += int64(d)
		l.sizes += int64(s)
		l.squares = l.squares.plus(sq)
		if f.Kids[i] == 0 {
			l.leaves++
		}
		if m := l.trees[f.Tree[i]].more; m != nil {
			for int(d) >= len(m.levels) {
				m.levels = append(m.levels, 0)
			}
			m.levels[d]++
			m.breadth = max(m.breadth, m.levels[d])
			m.sizes += uint64(s)
			m.squares = m.squares.plus(sq)
			if f.Kids[i] == 0 {
				m.leaves++
			}
		}
	}
	return l
}
