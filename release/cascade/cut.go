package cascade

import "sort"

// AsOf is the forest as it stood at now (microseconds), that instant included:
// nothing later is read. Positions stay the same.
func (f *Forest) AsOf(now int64) *Forest {
	n := f.until(now)
	g := &Forest{ID: f.ID[:n:n], Parent: f.Parent[:n:n], At: f.At[:n:n], Channel: f.Channel[:n:n], Mark: f.Mark[:n:n]}
	g.derive()
	return g
}

// until counts the arrivals up to now, that instant included.
func (f *Forest) until(now int64) int {
	return sort.Search(f.Len(), func(i int) bool { return f.At[i] > now })
}

// AtAge keeps each cascade as it stood age seconds after its own root.
// Positions change; ids stay.
func (f *Forest) AtAge(age float64) *Forest {
	window := int64(age * 1e6)
	return f.keep(func(i int32) bool { return f.At[i]-f.At[f.Roots[f.Tree[i]]] <= window })
}

// keep copies the nodes that ok chooses; whoever is kept needs their parent.
func (f *Forest) keep(ok func(i int32) bool) *Forest {
	g := &Forest{}
	place := make([]int32, f.Len())
	for i, p := range f.Parent {
		if !ok(int32(i)) {
			continue
		}
		place[i] = int32(len(g.ID))
		if p >= 0 {
			p = place[p]
		}
		g.push(f, i, p)
	}
	g.derive()
	return g
}

func (f *Forest) push(from *Forest, i int, parent int32) {
	f.ID, f.Parent, f.At = append(f.ID, from.ID[i]), append(f.Parent, parent), append(f.At, from.At[i])
	f.Channel, f.Mark = append(f.Channel, from.Channel[i]), append(f.Mark, from.Mark[i])
}

// Split gives each cascade as a forest of its own, in arrival order of roots.
func (f *Forest) Split() []*Forest {
	out := make([]*Forest, len(f.Roots))
	place := make([]int32, f.Len())
	for i, p := range f.Parent {
		t := f.Tree[i]
		if out[t] == nil {
			g := &Forest{}
			g.grow(int(f.Size[i]))
			g.ID, g.Parent, g.At = g.ID[:0], g.Parent[:0], g.At[:0]
			g.Channel, g.Mark = g.Channel[:0], g.Mark[:0]
			out[t] = g
		}
		place[i] = int32(len(out[t].ID))
		if p >= 0 {
			p = place[p]
		}
		out[t].push(f, i, p)
	}
	for _, g := range out {
		g.derive()
	}
	return out
}
