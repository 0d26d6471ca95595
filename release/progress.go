package release

import (
	"context"
	"maps"
	"slices"
	"time"
)

// Span is a stretch of content in seconds, half open: [From, To).
type Span struct {
	From, To float64
}

// Progress is how much of the campaign's assets one viewer watched or read:
// one merged row per viewer.
type Progress struct {
	Viewer   ViewerID
	Campaign CampaignID
	Assets   []AssetProgress // by asset number
	Updated  time.Time
}

// AssetProgress is the progress on one asset.
type AssetProgress struct {
	Asset    uint8
	Spans    []Span          // union of what really ran, sorted, disjoint
	Pages    map[int]float64 // seconds a page was really shown in runs no longer listed
	Quarter  int             // highest of 25, 50, 75, 100 reached
	Plays    []Play
	Position float64 // where to go on: seconds, or the page
}

// Play is one run of an asset in a browser, under an id the browser made.
type Play struct {
	ID      string
	Spans   []Span          // until it counted
	Pages   map[int]float64 // seconds a page was shown in this run, by page from 1
	Counted bool
}

// ViewSeconds is how long a clip really plays, and ViewPage how long a page is
// shown, before it is a view.
const (
	ViewSeconds = 3.0
	ViewPage    = 2.0
	maxPlays    = 40   // runs kept per asset; older counted ones are folded away
	maxSpans    = 2000 // spans of one beacon
)

// Beacon is what a player tells about one run of one asset. Everything in it
// is cumulative for the run, so that it may come twice, late or out of order.
type Beacon struct {
	Viewer   ViewerID
	Asset    uint8
	Play     string          // the run's id, made by the browser: 1 to 16 of [0-9a-z]
	Spans    []Span          // seconds that really ran
	Pages    map[int]float64 // seconds each page was shown
	Position float64         // where to go on: seconds, or the page
}

// Watch merges a beacon. Covered seconds never grow past twice the time since
// the claim plus five (a clip may be played at double speed), page seconds
// never past that time plus five.
func (s *Service) Watch(ctx context.Context, b Beacon) (Progress, error) {
	if err := b.valid(); err != nil {
		return Progress{}, err
	}
	var out Progress
	err := s.store.Update(ctx, func(tx Tx) error {
		var err error
		out, err = watch(tx, b)
		return err
	})
	return out, err
}

func (b Beacon) valid() error {
	switch {
	case len(b.Play) < 1 || len(b.Play) > 16 || !bareChars(b.Play):
		return Bad("play", "progress.play")
	case len(b.Spans) > maxSpans || len(b.Pages) > maxSpans:
		return Bad("spans", "progress.many", "max", maxSpans)
	}
	return nil
}

func watch(tx Tx, b Beacon) (Progress, error) {
	v, c, err := inside(tx, b.Viewer)
	if err != nil {
		return Progress{}, err
	}
	asset, err := assetNo(tx, c.ID, b.Asset)
	if err != nil {
		return Progress{}, err
	}
	p, err := tx.Progress(v.ID)
	if Is(err, NotFound) {
		p, err = Progress{Viewer: v.ID, Campaign: c.ID}, nil
	}
	if err != nil {
		return p, err
	}
	a := p.asset(asset.No)
	wall := tx.Now().Sub(v.Claimed).Seconds()
	ran := a.merge(asset, b, wall)
	p.Updated = tx.Now()
	events := a.reached(asset)
	if ran {
		events = append(events, viewed(&v, tx.Now(), false))
	}
	if err := tx.PutProgress(p); err != nil {
		return p, err
	}
	return p, note(tx, v, asset, events, ran)
}

// note writes a viewer's new events, and the viewer when the run was a view.
func note(tx Tx, v Viewer, asset Asset, events []Event, changed bool) error {
	if changed {
		if err := tx.PutViewer(v); err != nil {
			return err
		}
	}
	for _, e := range events {
		if e.Kind == EventNone {
			continue
		}
		e.At, e.Viewer, e.Asset = tx.Now(), v.No, asset.No
		if v.Test {
			e.Flags |= FlagTest
		}
		if err := tx.Append(v.Campaign, e); err != nil {
			return err
		}
	}
	return nil
}

// viewed turns a run that counted into the viewer's one View, or into a Play
// when they had one. A view that was inferred before its beacon is the same.
func viewed(v *Viewer, now time.Time, inferred bool) Event {
	switch {
	case v.Viewed.IsZero():
		v.Viewed, v.Inferred = now, inferred
		e := Event{Kind: Viewed}
		if inferred {
			e.Flags |= FlagInferred
		}
		return e
	case inferred:
		return Event{}
	case v.Inferred:
		v.Inferred = false
		return Event{}
	}
	return Event{Kind: Played}
}

func assetNo(tx Tx, c CampaignID, no uint8) (Asset, error) {
	assets, err := tx.Assets(c)
	if err != nil {
		return Asset{}, err
	}
	for _, a := range assets {
		if a.No == no {
			return a, nil
		}
	}
	return Asset{}, No(NotFound, "asset.unknown")
}

// asset gives the row of one asset, made when missing.
func (p *Progress) asset(no uint8) *AssetProgress {
	for i := range p.Assets {
		if p.Assets[i].Asset == no {
			return &p.Assets[i]
		}
	}
	p.Assets = append(p.Assets, AssetProgress{Asset: no})
	return &p.Assets[len(p.Assets)-1]
}

// Covered is how many seconds of content really ran.
func (a AssetProgress) Covered() float64 { return covered(a.Spans) }

// Seen adds up how long each page was shown, in seconds.
func (a AssetProgress) Seen() map[int]float64 {
	sum := map[int]float64{}
	for page, t := range a.Pages {
		sum[page] += t
	}
	for _, run := range a.Plays {
		for page, t := range run.Pages {
			sum[page] += t
		}
	}
	return sum
}

// merge adds a beacon and tells whether its run counted just now.
func (a *AssetProgress) merge(asset Asset, b Beacon, wall float64) bool {
	run := a.run(b.Play)
	if run == nil {
		return false
	}
	if asset.Kind.Runs() {
		a.Spans = within(2*wall+5, a.Spans, b.Spans, asset.Duration)
		if !run.Counted {
			run.Spans = within(2*wall+5, run.Spans, b.Spans, asset.Duration)
		}
	} else {
		a.mergePages(run, asset, b.Pages, wall)
	}
	if b.Position >= 0 && b.Position < 1e7 {
		a.Position = tenth(b.Position)
	}
	if run.Counted || !run.counts(asset) || !a.timeForOneMore(wall) {
		return false
	}
	run.Counted, run.Spans = true, nil
	return true
}

// counts tells whether a run was long enough to be a view.
func (r Play) counts(asset Asset) bool {
	if asset.Kind.Runs() {
		need := ViewSeconds
		if asset.Duration > 0 {
			need = min(need, tenth(asset.Duration)*0.95)
		}
		return covered(r.Spans) >= need-0.05
	}
	for _, t := range r.Pages {
		if t >= ViewPage {
			return true
		}
	}
	return false
}

// timeForOneMore bounds forged runs: each takes its seconds of real time.
func (a *AssetProgress) timeForOneMore(wall float64) bool {
	n := 0
	for _, run := range a.Plays {
		if run.Counted {
			n++
		}
	}
	return float64(n)*ViewPage <= 2*wall+5
}

func (a *AssetProgress) mergePages(run *Play, asset Asset, pages map[int]float64, wall float64) {
	room := wall + 5
	for _, t := range a.Seen() {
		room -= t
	}
	for _, page := range slices.Sorted(maps.Keys(pages)) {
		t := tenth(pages[page])
		if page < 1 || page > max(asset.Pages, 1) || !(t > run.Pages[page]) || room <= 0 {
			continue
		}
		grow := min(t-run.Pages[page], room)
		if run.Pages == nil {
			run.Pages = map[int]float64{}
		}
		run.Pages[page] = tenth(run.Pages[page] + grow)
		room -= grow
	}
}

// run gives the run with this id. When too many are listed, the oldest
// counted one is folded away; nil when none can be.
func (a *AssetProgress) run(id string) *Play {
	for i := range a.Plays {
		if a.Plays[i].ID == id {
			return &a.Plays[i]
		}
	}
	if len(a.Plays) >= maxPlays {
		i := slices.IndexFunc(a.Plays, func(p Play) bool { return p.Counted })
		if i < 0 {
			i = 0
		}
		if len(a.Plays[i].Pages) > 0 && a.Pages == nil {
			a.Pages = map[int]float64{}
		}
		for page, t := range a.Plays[i].Pages {
			a.Pages[page] += t
		}
		a.Plays = slices.Delete(a.Plays, i, i+1)
	}
	a.Plays = append(a.Plays, Play{ID: id})
	return &a.Plays[len(a.Plays)-1]
}

// reached gives the quarters newly reached. Players seldom report the very
// last frame, so that 97 % is the whole.
func (a *AssetProgress) reached(asset Asset) []Event {
	part := 0.0
	switch {
	case asset.Kind.Runs() && asset.Duration > 0:
		part = covered(a.Spans) / asset.Duration
	case !asset.Kind.Runs():
		for _, t := range a.Seen() {
			if t >= ViewPage {
				part += 1 / float64(max(asset.Pages, 1))
			}
		}
	}
	if part >= 0.97 {
		part = 1
	}
	var out []Event
	for q := a.Quarter + 25; q <= 100 && float64(q) <= part*100+1e-6; q += 25 {
		out = append(out, Event{Kind: Quarter, Value: uint32(q)})
		a.Quarter = q
	}
	return out
}

// Infer notes a view of a viewer without script, told from the bytes served
// for three seconds of content or from a file that was downloaded.
func (s *Service) Infer(ctx context.Context, viewer ViewerID, no uint8) error {
	return s.store.Update(ctx, func(tx Tx) error {
		v, c, err := inside(tx, viewer)
		if err != nil || !v.Viewed.IsZero() {
			return err
		}
		asset, err := assetNo(tx, c.ID, no)
		if err != nil {
			return err
		}
		return note(tx, v, asset, []Event{viewed(&v, tx.Now(), true)}, true)
	})
}

// ProgressOf gives a viewer's progress; empty when there is none yet.
func (s *Service) ProgressOf(ctx context.Context, viewer ViewerID) (Progress, error) {
	var p Progress
	err := s.store.View(ctx, func(tx Tx) error {
		var err error
		p, err = tx.Progress(viewer)
		if Is(err, NotFound) {
			p, err = Progress{Viewer: viewer}, nil
		}
		return err
	})
	return p, err
}
