package release

// foldPages is an array that grows without being copied and without slack: a
// campaign of a million viewers costs what its rows cost, and adding one never
// pauses for moving the others.
type foldPages[T any] struct {
	rows []*[pageRows]T
	n    uint32
}

// pageRows makes both kinds of page a whole number of the allocator's 8 KiB.
const pageRows = 1024

func (p *foldPages[T]) at(i uint32) *T { return &p.rows[i/pageRows][i%pageRows] }

// grow makes room for index i and gives its row.
func (p *foldPages[T]) grow(i uint32) *T {
	for uint32(len(p.rows)) <= i/pageRows {
		p.rows = append(p.rows, new([pageRows]T))
	}
	if i >= p.n {
		p.n = i + 1
	}
	return p.at(i)
}
