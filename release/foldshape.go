package release

import "slices"

// shape is what only a look at the whole forest tells: how many stand below
// each viewer, the best sharers, the longest chain, the cascades' sizes. It is
// made in passes over the rows by number, which meet parents before their
// children (backwards: after them), so that no chain is ever walked and a
// chain of a million costs what a star of a million does.
//
// A small campaign's shape is made when a report is read. A large one's is
// made beside the folding, in pieces, and shown with its time.
type shape struct {
	seq      uint64 // the fold's moved when the passes began
	at       int64  // the fold's time then
	below    []uint32
	top      []uint32 // most children first
	deepest  uint32
	depth    uint32 // its generation
	cascades int
	alone    int // cascades of one
	largest  int
	largeNo  uint32
	alive    []int32 // cascades that reached each generation
	sizes    [sizeClasses]sizeClass
}

type sizeClass struct{ cascades, people int }

const (
	shapeNow    = 20_000 // viewers up to whom a shape is made at a read
	shapePiece  = 8192   // viewers per hold of the lock
	bestSharers = 20
	sizeClasses = 6
)

// sizeFloors are the smallest size of each class of cascades.
func sizeFloors() [sizeClasses]int { return [...]int{1, 2, 5, 20, 100, 1000} }

// makeShape makes a fold's shape. The caller holds the fold's lock; pause, when
// there is one, gives it up for a moment between pieces and tells whether to
// go on. What changes meanwhile is in the next shape.
func (f *fold) makeShape(pause func() bool) *shape {
	n := f.viewers.n
	s := &shape{seq: f.moved, at: f.at, below: make([]uint32, n)}
	rest := func(i uint32) bool { return i%shapePiece != 0 || pause == nil || pause() }
	for i := n - 1; i > 0; i-- {
		v := f.viewers.at(i)
		if v.flags&nodeThere != 0 && v.parent != 0 {
			s.below[v.parent] += s.below[i]
			if v.counts() {
				s.below[v.parent]++
			}
		}
		if !rest(i) {
			return nil
		}
	}
	depth := make([]uint32, n) // of each root's cascade
	for i := uint32(1); i < n; i++ {
		v := f.viewers.at(i)
		if v.flags&nodeThere != 0 && v.counts() {
			depth[v.root] = max(depth[v.root], v.generation)
			if v.generation > s.depth {
				s.deepest, s.depth = i, v.generation
			}
			if v.children > 0 {
				s.rank(f, i, v)
			}
		}
		if !rest(i) {
			return nil
		}
	}
	for i := uint32(1); i < n; i++ {
		if depth[i] > 0 {
			s.cascade(f, i, depth[i])
		}
		if !rest(i) {
			return nil
		}
	}
	for g := len(s.alive) - 1; g > 0; g-- {
		s.alive[g-1] += s.alive[g]
	}
	return s
}

// rank puts a viewer among the best sharers: most children first, then first come.
func (s *shape) rank(f *fold, no uint32, v *node) {
	if len(s.top) == bestSharers && f.viewers.at(s.top[bestSharers-1]).children >= v.children {
		return
	}
	at, _ := slices.BinarySearchFunc(s.top, v.children, func(other, children uint32) int {
		if f.viewers.at(other).children >= children {
			return -1
		}
		return 1
	})
	s.top = slices.Insert(s.top, at, no)
	s.top = s.top[:min(len(s.top), bestSharers)]
}

func (s *shape) cascade(f *fold, root, depth uint32) {
	size := int(s.below[root])
	if f.viewers.at(root).counts() {
		size++
	}
	s.cascades++
	if size == 1 {
		s.alone++
	}
	if size > s.largest {
		s.largest, s.largeNo = size, root
	}
	class := 0
	for i, floor := range sizeFloors() {
		if size >= floor {
			class = i
		}
	}
	s.sizes[class].cascades++
	s.sizes[class].people += size
	g := int(min(depth, maxGenerations+1)) - 1
	for len(s.alive) <= g {
		s.alive = append(s.alive, 0)
	}
	s.alive[g]++
}

// chain gives the viewers from one up to the seed's, at most limit of them.
func (f *fold) chain(no uint32, limit int) []uint32 {
	var out []uint32
	for v := f.viewer(no); v != nil && len(out) < limit; v = f.viewer(no) {
		out = append(out, no)
		no = v.parent
	}
	return out
}
