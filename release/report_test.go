package release_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"passalong/release"
	"passalong/release/releasetest"
)

func read(t *testing.T, w *releasetest.World, id release.CampaignID) release.Report {
	t.Helper()
	return releasetest.Must[release.Report](t)(w.Report(context.Background(), id))
}

func play(t *testing.T, w *releasetest.World, v release.Viewer, play string) {
	t.Helper()
	w.Clock.Add(10 * time.Second)
	releasetest.Must[release.Progress](t)(w.Watch(context.Background(), release.Beacon{
		Viewer: v.ID, Asset: 1, Play: play, Spans: []release.Span{{From: 0, To: 16}}}))
}

// verify fails the test when rows, events and the running report disagree.
func verify(t *testing.T, w *releasetest.World, id release.CampaignID) {
	t.Helper()
	if err := w.VerifyFold(context.Background(), id, func(s string) { t.Error(s) }); err != nil {
		t.Error(err)
	}
}

func TestAReportHoldsWhatWasCommittedBeforeTheCall(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign()
	if r := read(t, w, c.ID); r.Reach != 0 || r.Virality.Bring != nil || r.Virality.SharerRate != nil || r.Times.ClaimToView.Median != nil {
		t.Errorf("of nothing, a quotient is nothing: %+v", r.Virality)
	}
	for i := 1; i <= 50; i++ {
		w.Grow(c.ID, fmt.Sprintf("fan%d", i))
		if r := read(t, w, c.ID); r.Reach != i {
			t.Fatalf("after %d claims the reach is %d", i, r.Reach)
		}
	}
}

func TestAReportOfASmallForest(t *testing.T) {
	w := releasetest.New(t)
	ctx := context.Background()
	c := w.Campaign()
	all := w.Grow(c.ID, "ana(bo(cy(dee)) eve) fay")
	unopened := w.Seed(c.ID, "gus")
	w.Sight(unopened, release.SightPreview, "whatsapp", w.Clock.Now())
	if err := w.FlushSightings(); err != nil {
		t.Fatal(err)
	}
	play(t, w, all["ana"], "a")
	play(t, w, all["ana"], "b")
	play(t, w, all["bo"], "a")
	r := read(t, w, c.ID)

	got := fmt.Sprint(r.Reach, r.Copied, r.Views, r.Plays, r.Generations, r.Channels, r.Waiting)
	if got != "6 0 2 3 [2 2 1 1] map[unknown:2 whatsapp:4] 1" {
		t.Errorf("got %s", got)
	}
	f := r.Funnel
	if got := fmt.Sprint(f.Minted, f.Sent, f.Shared, f.Previewed, f.Opened, f.Claimed, f.Viewed, f.SharedOn); got != "3 3 4 1 6 6 2 3" {
		t.Errorf("funnel %s", got)
	}
	first := r.Top[0]
	if first.Viewer != all["ana"].ID || first.Name != "ana" || first.Children != 2 || first.Below != 4 {
		t.Errorf("the best sharer is %+v", first)
	}
	if r.Top[1].Name != "" {
		t.Errorf("%q is a name nobody typed", r.Top[1].Name)
	}
	if steps := r.Longest.Steps; len(steps) != 4 || steps[0].Viewer != all["dee"].ID || steps[3].Name != "ana" {
		t.Errorf("the longest chain is %+v", steps)
	}
	if *r.ByGeneration[0].Ratio != 1 || *r.Virality.SharerRate != 0.5 || !r.Virality.Early || r.Virality.Why != "few" {
		t.Errorf("generation 1 %+v, virality %+v", r.ByGeneration[0], r.Virality)
	}
	if q := r.Quarters[0]; q.Q25 != 2 || q.Q50 != 0 {
		t.Errorf("quarters %+v", q)
	}
	verify(t, w, c.ID)

	chain := releasetest.Must[[]release.Step](t)(w.Chain(ctx, all["dee"].ID))
	if len(chain) != 4 || chain[3].Name != "ana" || chain[0].Name != "" || chain[0].Generation != 4 || chain[3].Viewed == nil || *chain[0].After != 1 {
		t.Errorf("chain %+v", chain)
	}
	forest := releasetest.Must[release.Forest](t)(w.Forest(ctx, c.ID, release.ForestQuery{}))
	if got := fmt.Sprint(forest.No, forest.Parent, forest.Children, forest.Below); got != "[1 1 1 1 1 1] [0 1 1 1 4 0] [2 1 1 0 0 0] [4 2 1 0 0 0]" {
		t.Errorf("forest %s", got)
	}
	branch := releasetest.Must[release.Forest](t)(w.Forest(ctx, c.ID, release.ForestQuery{Root: all["bo"].No}))
	if branch.Base != 2 || branch.Total != 3 || len(branch.No) != 3 {
		t.Errorf("branch %+v", branch)
	}
}

func TestOurOwnPeopleCountNowhereAndCanBeTakenBack(t *testing.T) {
	w := releasetest.New(t)
	ctx := context.Background()
	c := w.Campaign()
	all := w.Grow(c.ID, "ana(bo(cy)) eve")
	before := read(t, w, c.ID)
	releasetest.Must[release.Viewer](t)(w.MarkInternal(ctx, all["bo"].ID, true))
	r := read(t, w, c.ID)
	if got := fmt.Sprint(r.Reach, r.Generations, r.LeftOut, r.Funnel.Shared, r.Longest.Generations); got != "2 [2] {0 2 0} 0 1" {
		t.Errorf("with a branch of our own: %s", got)
	}
	releasetest.Must[release.Viewer](t)(w.MarkInternal(ctx, all["bo"].ID, false))
	after := read(t, w, c.ID)
	before.AsOf, before.Seq, before.Forest.AsOf = after.AsOf, after.Seq, after.Forest.AsOf
	if a, b := document(t, before), document(t, after); a != b {
		t.Errorf("marked and unmarked, the report is another one:\n%s\n%s", a, b)
	}
	verify(t, w, c.ID)
}

func TestErasingAndCuttingKeepEveryTotal(t *testing.T) {
	w := releasetest.New(t)
	ctx := context.Background()
	c := w.Campaign()
	all := w.Grow(c.ID, "ana(bo(cy) di)")
	play(t, w, all["bo"], "a")
	before := read(t, w, c.ID)
	if err := w.Erase(ctx, all["ana"].ID); err != nil {
		t.Fatal(err)
	}
	releasetest.Must[release.Viewer](t)(w.RevokeViewer(ctx, all["bo"].ID, true))
	after := read(t, w, c.ID)
	if before.Top[0].Name != "ana" || after.Top[0].Name != "" {
		t.Errorf("the name was %q and is %q", before.Top[0].Name, after.Top[0].Name)
	}
	before.Top, before.Longest, before.AsOf, before.Seq, before.About = after.Top, after.Longest, after.AsOf, after.Seq, after.About
	before.Forest.AsOf = after.Forest.AsOf
	if a, b := document(t, before), document(t, after); a != b {
		t.Errorf("totals moved:\n%s\n%s", a, b)
	}
	chain := releasetest.Must[[]release.Step](t)(w.Chain(ctx, all["cy"].ID))
	if len(chain) != 3 || chain[2].Name != "" || !chain[2].Erased || chain[1].After != nil {
		t.Errorf("chain %+v", chain)
	}
	verify(t, w, c.ID)
}

func TestStatisticsModeShowsNoSingleViewer(t *testing.T) {
	w := releasetest.New(t)
	ctx := context.Background()
	c := w.Campaign(func(c *release.Campaign) { c.Privacy = release.Statistics })
	all := w.Grow(c.ID, "ana(bo)")
	r := read(t, w, c.ID)
	if r.Reach != 2 || len(r.Top) != 0 || len(r.Longest.Steps) != 0 || r.Privacy != release.Statistics {
		t.Errorf("%+v", r)
	}
	_, chain := w.Chain(ctx, all["bo"].ID)
	_, forest := w.Forest(ctx, c.ID, release.ForestQuery{})
	if !release.Is(chain, release.Forbidden) || !release.Is(forest, release.Forbidden) {
		t.Errorf("chain: %v, forest: %v", chain, forest)
	}
}

func TestAReportOfNoCampaignIsNotFoundAndKeepsNothing(t *testing.T) {
	w := releasetest.New(t)
	ctx := context.Background()
	if _, err := w.Report(ctx, "cmp_made_up"); !release.Is(err, release.NotFound) {
		t.Errorf("got %v", err)
	}
	c := w.Campaign()
	read(t, w, c.ID)
	if err := w.DeleteCampaign(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Report(ctx, c.ID); !release.Is(err, release.NotFound) {
		t.Errorf("of a deleted campaign: %v", err)
	}
}

// Outside programs read these names.
func TestTheDocumentsNames(t *testing.T) {
	w := releasetest.New(t)
	c := w.Campaign()
	w.Grow(c.ID, "ana(bo)")
	var doc map[string]any
	if err := json.Unmarshal([]byte(document(t, read(t, w, c.ID))), &doc); err != nil {
		t.Fatal(err)
	}
	if doc["campaign"] != string(c.ID) {
		t.Errorf("campaign is %v", doc["campaign"])
	}
	for _, name := range strings.Fields("about as_of seq privacy reach copied views plays generations channels funnel by_channel by_generation timeline virality forest top longest times quarters met blocked waiting left_out") {
		if v, there := doc[name]; !there || v == nil {
			t.Errorf("%s is missing or null", name)
		}
	}
	for _, name := range strings.Fields("sent shared previewed opened claimed viewed shared_on") {
		if _, there := doc["funnel"].(map[string]any)[name]; !there {
			t.Errorf("funnel.%s is missing", name)
		}
	}
}

func document(t *testing.T, r release.Report) string {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
