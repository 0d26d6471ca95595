package release

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

// Whatever the limit, a node's parent is there, nobody is there twice, and
// what is folded away is counted.
func TestAFoldedForestKeepsParentsAndCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := foldOf(drawHistory(t))
		f.read()
		s := f.makeShape(nil)
		limit := rapid.IntRange(1, 40).Draw(t, "limit")
		out := f.forest(s, ForestQuery{Limit: limit}, nil)
		if len(out.No) > limit {
			t.Fatalf("%d nodes, at most %d wanted", len(out.No), limit)
		}
		people, no := 0, uint32(0)
		for i := range out.No {
			if no += out.No[i]; f.viewer(no) == nil {
				t.Fatalf("node %d is viewer %d, who is not there", i, no)
			}
			v := f.viewer(no)
			if v.parent == 0 {
				people += int(out.Below[i])
				if v.counts() {
					people++
				}
			} else if out.Parent[i] == 0 || uint32(i) < out.Parent[i] {
				t.Fatalf("the parent of viewer %d is not shown", no)
			}
		}
		for _, c := range out.Rest {
			people += c.People
		}
		if people != out.Total || out.Total != f.tally.reach {
			t.Fatalf("%d people in the picture and its rest, %d in all, reach %d", people, out.Total, f.tally.reach)
		}
	})
}

func TestAPictureOfManyIsSmall(t *testing.T) {
	k := &keeper{fold: foldOf(forestEvents(100_000, 7))}
	k.mu.Lock()
	defer k.mu.Unlock()
	out := k.picture(k.fold, k.fold.makeShape(nil), ForestQuery{Limit: forestNodes})
	body, err := json.Marshal(out)
	if err != nil || len(body) > forestBytes || len(out.No) < forestNodes/2 {
		t.Errorf("%d nodes in %d bytes, %v", len(out.No), len(body), err)
	}
}
