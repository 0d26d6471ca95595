package release_test

import (
	"context"
	"testing"

	"passalong/release"
	"passalong/release/releasetest"
)

func TestStandingOfAViewer(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign(func(c *release.Campaign) { c.Shares = 3 })
	who := w.Grow(c.ID, "ana(bo(cy) di) eva")
	for name, want := range map[string][2]int{"ana": {3, 1}, "bo": {1, 2}, "cy": {0, 3}, "eva": {0, 3}} {
		below, err := w.Below(context.Background(), who[name])
		if err != nil {
			t.Fatal(err)
		}
		left, err := w.Allowance(context.Background(), who[name].ID)
		if err != nil {
			t.Fatal(err)
		}
		if below != want[0] || left.Left != want[1] {
			t.Errorf("%s has %d below and %d left, want %v", name, below, left.Left, want)
		}
	}
}
