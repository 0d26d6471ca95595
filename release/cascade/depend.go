package cascade

// Exposure is a second way in: a viewer who was already in met a link of
// sharer's. Both are positions.
type Exposure struct {
	Viewer, Sharer int32
}

// Dominators gives each viewer the nearest one without whom nothing reaches
// them, from the marketer down, second exposures counted as ways (-1 = only
// the marketer). Exposures to oneself or out of range are ignored.
//
// A dominator stands on the tree's own path, so it always arrived earlier:
// that lets the iteration of Cooper, Harvey and Kennedy run over arrival
// order, touching only the exposed, without maps or recursion.
func (f *Forest) Dominators(exposures []Exposure) []int32 {
	n := int32(f.Len())
	dom := make([]int32, n)
	copy(dom, f.Parent)
	ways := map[int32][]int32{}
	for _, e := range exposures {
		if e.Viewer >= 0 && e.Viewer < n && e.Sharer >= 0 && e.Sharer < n && e.Viewer != e.Sharer {
			ways[e.Viewer] = append(ways[e.Viewer], e.Sharer)
		}
	}
	for changed := len(ways) > 0; changed; {
		changed = false
		for i := range n {
			from, ok := ways[i]
			if !ok {
				continue
			}
			d := f.Parent[i]
			for _, s := range from {
				d = meet(dom, d, s)
			}
			if d != dom[i] {
				dom[i], changed = d, true
			}
		}
	}
	return dom
}

// meet is the nearest common dominator of two viewers.
func meet(dom []int32, a, b int32) int32 {
	for a != b {
		if a > b {
			a = dom[a]
		} else {
			b = dom[b]
		}
	}
	return a
}

// Dependents counts, for each viewer, the others that would not have been
// reached without them. It is at most Size-1, and equal to it without second
// exposures. It does not add up over viewers.
func (f *Forest) Dependents(exposures []Exposure) []int32 {
	dom := f.Dominators(exposures)
	out := make([]int32, f.Len())
	for i := len(dom) - 1; i >= 0; i-- {
		if d := dom[i]; d >= 0 {
			out[d] += out[i] + 1
		}
	}
	return out
}
