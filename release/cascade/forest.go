package cascade

import (
	"fmt"
	"slices"
)

// Mark is a set of facts about one node.
type Mark uint8

// The marks.
const (
	Viewed       Mark = 1 << iota // the content really ran
	Copied                        // came by an already claimed link
	Unattributed                  // a root that no seed explains
)

// Row is one claimed viewer as the caller knows it. ID is any number but 0;
// Parent is another row's ID, or 0 for generation 1. At is in microseconds.
type Row struct {
	ID, Parent uint32
	At         int64
	Channel    uint8
	Mark       Mark
}

// Forest is every viewer of a campaign in arrival order: 34 bytes a node. Its
// slices are parallel, for reading only.
type Forest struct {
	ID      []uint32
	Parent  []int32 // position, -1 for a root
	At      []int64 // microseconds
	Channel []uint8
	Mark    []Mark
	Tree    []int32 // which cascade: an index into Roots
	Depth   []int32 // the root's is 0
	Kids    []int32 // children so far
	Size    []int32 // the node and everyone below it
	Roots   []int32 // position of each cascade's root, in arrival order
}

// Fault says what is wrong with a row.
type Fault uint8

// The faults.
const (
	ZeroID Fault = iota + 1
	Double
	UnknownParent
	Cycle
	BeforeParent
	TooMany
)

// String gives the fault in words.
func (k Fault) String() string {
	switch k {
	case ZeroID:
		return "id is zero"
	case Double:
		return "id seen before"
	case UnknownParent:
		return "parent is unknown"
	case Cycle:
		return "is its own ancestor"
	case BeforeParent:
		return "arrives before its parent"
	case TooMany:
		return "more rows than a forest can hold"
	}
	return "unknown fault"
}

// RowError is the first bad row that New met.
type RowError struct {
	Row   int // index in the input
	ID    uint32
	Fault Fault
}

func (e *RowError) Error() string {
	return fmt.Sprintf("cascade: row %d (id %d): %s", e.Row, e.ID, e.Fault)
}

const maxNodes = 1<<31 - 2

// New builds a forest from rows in any order. It sorts by time, parents first
// among equals, then as given; it keeps no reference to rows. A bad row gives
// a *RowError. It never recurses: a chain of a million is like any other.
func New(rows []Row) (*Forest, error) {
	if len(rows) > maxNodes {
		return nil, &RowError{Row: maxNodes, Fault: TooMany}
	}
	up, err := resolve(rows)
	if err != nil {
		return nil, err
	}
	depth, err := depths(rows, up)
	if err != nil {
		return nil, err
	}
	sorted := true
	for i, p := range up {
		if p >= 0 && rows[p].At > rows[i].At {
			return nil, &RowError{Row: i, ID: rows[i].ID, Fault: BeforeParent}
		}
		if int(p) >= i || i > 0 && rows[i-1].At > rows[i].At {
			sorted = false
		}
	}
	f := &Forest{}
	if sorted {
		f.fill(rows, up, nil)
		return f, nil
	}
	order := make([]int32, len(rows))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		switch ra, rb := &rows[a], &rows[b]; {
		case ra.At != rb.At:
			if ra.At < rb.At {
				return -1
			}
			return 1
		case depth[a] != depth[b]:
			return int(depth[a]) - int(depth[b])
		}
		return int(a) - int(b)
	})
	f.fill(rows, up, order)
	return f, nil
}

// resolve turns parent ids into row indexes.
func resolve(rows []Row) ([]int32, error) {
	var top uint32
	for i := range rows {
		if rows[i].ID == 0 {
			return nil, &RowError{Row: i, Fault: ZeroID}
		}
		top = max(top, rows[i].ID)
	}
	find, put := index(len(rows), top)
	for i := range rows {
		if find(rows[i].ID) >= 0 {
			return nil, &RowError{Row: i, ID: rows[i].ID, Fault: Double}
		}
		put(rows[i].ID, int32(i))
	}
	up := make([]int32, len(rows))
	for i := range rows {
		if up[i] = -1; rows[i].Parent == 0 {
			continue
		}
		if up[i] = find(rows[i].Parent); up[i] < 0 {
			return nil, &RowError{Row: i, ID: rows[i].ID, Fault: UnknownParent}
		}
	}
	return up, nil
}

// index maps ids to row indexes: a slice where ids are dense (running
// numbers), a map where they are not.
func index(n int, top uint32) (find func(uint32) int32, put func(uint32, int32)) {
	if int64(top) <= 4*int64(n)+1024 {
		at := make([]int32, int(top)+1)
		return func(id uint32) int32 {
				if id > top {
					return -1
				}
				return at[id] - 1
			},
			func(id uint32, i int32) { at[id] = i + 1 }
	}
	at := make(map[uint32]int32, n)
	return func(id uint32) int32 { return at[id] - 1 }, func(id uint32, i int32) { at[id] = i + 1 }
}

// depths walks each row up to a known one and back: linear, no recursion.
func depths(rows []Row, up []int32) ([]int32, error) {
	const unknown, onPath = -1, -2
	depth := make([]int32, len(up))
	for i := range depth {
		depth[i] = unknown
	}
	var path []int32
	for i := range up {
		path = path[:0]
		j := int32(i)
		for j >= 0 && depth[j] == unknown {
			depth[j] = onPath
			path = append(path, j)
			j = up[j]
		}
		d := int32(-1)
		if j >= 0 {
			if d = depth[j]; d == onPath {
				return nil, &RowError{Row: i, ID: rows[i].ID, Fault: Cycle}
			}
		}
		for k := len(path) - 1; k >= 0; k-- {
			d++
			depth[path[k]] = d
		}
	}
	return depth, nil
}

// fill writes the columns; order lists row indexes by position, nil when rows
// stand in order already.
func (f *Forest) fill(rows []Row, up, order []int32) {
	n := len(rows)
	f.grow(n)
	var place []int32
	if order != nil {
		place = make([]int32, n)
		for at, r := range order {
			place[r] = int32(at)
		}
	}
	for i := range n {
		r := int32(i)
		if order != nil {
			r = order[i]
		}
		row := &rows[r]
		p := up[r]
		if p >= 0 && place != nil {
			p = place[p]
		}
		f.ID[i], f.Parent[i], f.At[i], f.Channel[i], f.Mark[i] = row.ID, p, row.At, row.Channel, row.Mark
	}
	f.derive()
}

func (f *Forest) grow(n int) {
	f.ID, f.Parent, f.At = make([]uint32, n), make([]int32, n), make([]int64, n)
	f.Channel, f.Mark = make([]uint8, n), make([]Mark, n)
}

// derive fills the columns that follow from Parent.
func (f *Forest) derive() {
	n := len(f.Parent)
	f.Tree, f.Depth = make([]int32, n), make([]int32, n)
	f.Kids, f.Size = make([]int32, n), make([]int32, n)
	for i, p := range f.Parent {
		f.Size[i] = 1
		if p < 0 {
			f.Tree[i] = int32(len(f.Roots))
			f.Roots = append(f.Roots, int32(i))
			continue
		}
		f.Tree[i], f.Depth[i] = f.Tree[p], f.Depth[p]+1
		f.Kids[p]++
	}
	for i := n - 1; i >= 0; i-- {
		if p := f.Parent[i]; p >= 0 {
			f.Size[p] += f.Size[i]
		}
	}
}

// Len is the number of viewers.
func (f *Forest) Len() int { return len(f.Parent) }

// Chain lists the positions from node i up to its root, i first.
func (f *Forest) Chain(i int32) []int32 {
	out := make([]int32, 0, f.Depth[i]+1)
	for ; i >= 0; i = f.Parent[i] {
		out = append(out, i)
	}
	return out
}

// Find gives the position of an id, by a scan; ok is false if there is none.
func (f *Forest) Find(id uint32) (at int32, ok bool) {
	i := slices.Index(f.ID, id)
	return int32(i), i >= 0
}
