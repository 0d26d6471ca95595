package cascade

import (
	"errors"
	"math"
	"testing"
	"time"
)

func TestNewNamesTheBadRow(t *testing.T) {
	for name, c := range map[string]struct {
		rows []Row
		row  int
		want Fault
	}{
		"zero id":         {[]Row{{ID: 1}, {ID: 0}}, 1, ZeroID},
		"double":          {[]Row{{ID: 1}, {ID: 2}, {ID: 1}}, 2, Double},
		"unknown parent":  {[]Row{{ID: 1}, {ID: 2, Parent: 9}}, 1, UnknownParent},
		"far parent":      {[]Row{{ID: 1, Parent: math.MaxUint32}}, 0, UnknownParent},
		"own parent":      {[]Row{{ID: 1}, {ID: 2, Parent: 2}}, 1, Cycle},
		"cycle of three":  {[]Row{{ID: 5}, {ID: 1, Parent: 3}, {ID: 2, Parent: 1}, {ID: 3, Parent: 2}}, 1, Cycle},
		"before parent":   {[]Row{{ID: 1, At: 10}, {ID: 2, Parent: 1, At: 9}}, 1, BeforeParent},
		"sparse ids":      {[]Row{{ID: math.MaxUint32}, {ID: math.MaxUint32}}, 1, Double},
		"parent sparse":   {[]Row{{ID: 1 << 31}, {ID: 1, Parent: 77}}, 1, UnknownParent},
		"branch on cycle": {[]Row{{ID: 4, Parent: 1}, {ID: 1, Parent: 2}, {ID: 2, Parent: 1}}, 0, Cycle},
	} {
		_, err := New(c.rows)
		var bad *RowError
		if !errors.As(err, &bad) || bad.Row != c.row || bad.Fault != c.want {
			t.Errorf("%s: %v, want row %d %v", name, err, c.row, c.want)
		}
	}
}

func TestEmptyForest(t *testing.T) {
	f, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := f.Shape(f.Cascades())
	if s.People != 0 || s.Virality != nil || s.MeanDepth != nil || f.Spread().Gini != nil || f.ClosedR() != nil ||
		f.TimeTo(0.5, 0) != nil || f.NextGeneration(0, DefaultDelay(), DefaultPrior()) != nil || len(f.Generations()) != 0 {
		t.Errorf("an empty forest has figures: %+v", s)
	}
	if s := new(Live).Shape(); s.People != 0 || s.Virality != nil {
		t.Errorf("an empty Live has figures: %+v", s)
	}
}

// chain is n viewers one below the other, a second apart, the last row first.
func chain(n int) []Row {
	rows := make([]Row, n)
	for i := range rows {
		id := n - i
		rows[i] = Row{ID: uint32(id), Parent: uint32(id - 1), At: int64(id) * 1_000_000}
	}
	return rows
}

func TestChainOfAMillion(t *testing.T) {
	const n = 1_000_000
	start := time.Now()
	f, err := New(chain(n))
	if err != nil {
		t.Fatal(err)
	}
	c := f.Cascades()[0]
	// n(n²-1)/6 and (n+1)/3
	if w, ok := c.Wiener.Int64(); !ok || w != 166_666_666_666_500_000 || c.Depth != n-1 || c.Breadth != 1 {
		t.Errorf("chain: %+v", c)
	}
	if sv, _ := c.Virality(); !near(sv, float64(n+1)/3) {
		t.Errorf("virality %v", sv)
	}
	if sv, _ := c.Virality(); true {
		if scaled, _ := ViralityScaled(sv, n); !near(scaled, 1) {
			t.Errorf("SV* of a chain is %v", scaled)
		}
	}
	f.Dependents([]Exposure{{Viewer: n - 1, Sharer: 0}})
	f.Credit(Linear, 0, nil)
	if got := LiveOf(f).Cascade(0); got != c {
		t.Errorf("live %+v", got)
	}
	t.Logf("a chain of %d: %v", n, time.Since(start).Round(time.Millisecond))
}

func TestWideBeyondInt64(t *testing.T) {
	const n = 4_000_001 // W = n(n²-1)/6 passes 2^63
	w := Wide{}
	for s := uint64(1); s < n; s++ {
		w = w.plus(product(s, n-s))
	}
	if _, ok := w.Int64(); ok || w.String() != "10666674666668000000" {
		t.Errorf("W = %s", w)
	}
	if !near(w.Float64(), 10666674666668000000) {
		t.Errorf("W as float = %v", w.Float64())
	}
	if got := w.minus(product(n, 1)).plus(Wide{lo: n}); got != w {
		t.Errorf("minus and plus give %v", got)
	}
}
