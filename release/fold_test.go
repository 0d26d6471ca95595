package release

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// history makes an event log the way the rules do, from random choices.
type history struct {
	t       *rapid.T
	now     time.Time
	events  []Event
	links   []Event // minted or shared, by number - 1; what a link is
	viewers []Event // the claims, by number - 1
}

func (h *history) put(e Event) Event {
	e.Seq, e.At = uint64(len(h.events)+1), h.now
	h.events = append(h.events, e)
	h.now = h.now.Add(time.Duration(rapid.Int64Range(0, int64(20*time.Minute)).Draw(h.t, "pause")))
	return e
}

func (h *history) viewer(what string) uint32 {
	return uint32(rapid.IntRange(1, len(h.viewers)).Draw(h.t, what))
}

func (h *history) step() {
	channel := Channel(rapid.IntRange(0, int(Other)).Draw(h.t, "channel"))
	kind := rapid.SampledFrom([]EventKind{Minted, SentOut, Claimed, Claimed, Claimed, Viewed, Viewed, Played, Quarter,
		Shared, Shared, ShareReturned, SeatFreed, Internalised, Confirmed, Erased, RevokedViewer, Changed}).Draw(h.t, "kind")
	if len(h.links) == 0 {
		kind = Minted
	}
	if len(h.viewers) == 0 && kind != Minted && kind != SentOut {
		kind = Claimed
	}
	e := Event{Kind: kind, Channel: channel}
	switch kind {
	case Minted:
		e.Link, e.Value = uint32(len(h.links)+1), 1
		e.Flags = rapid.SampledFrom([]Flag{0, 0, 0, FlagTest, FlagDoor | FlagGroup}).Draw(h.t, "flags")
		h.links = append(h.links, h.put(e))
		return
	case SentOut:
		e.Link = uint32(rapid.IntRange(1, len(h.links)).Draw(h.t, "link"))
	case Claimed:
		e.Link = uint32(rapid.IntRange(1, len(h.links)).Draw(h.t, "link"))
		e.Viewer = uint32(len(h.viewers) + 1)
		link := h.links[e.Link-1]
		e.Parent = link.Viewer
		if rapid.IntRange(0, 4).Draw(h.t, "copied") == 0 {
			e.Flags |= FlagCopied
			if first := slices.IndexFunc(h.viewers, func(v Event) bool { return v.Link == e.Link }); first >= 0 && link.Value == 1 {
				e.Parent = uint32(first + 1)
			}
		}
		h.viewers = append(h.viewers, h.put(e))
		return
	case Shared:
		e.Viewer, e.Link, e.Value = h.viewer("sharer"), uint32(len(h.links)+1), 1
		if rapid.IntRange(0, 5).Draw(h.t, "group") == 0 {
			e.Value, e.Flags = 30, FlagGroup
		}
		if rapid.IntRange(0, 9).Draw(h.t, "late") == 0 {
			e.Flags |= FlagLate
		}
		h.links = append(h.links, h.put(e))
		return
	case ShareReturned:
		e.Link = uint32(rapid.IntRange(1, len(h.links)).Draw(h.t, "link"))
		if e.Viewer = h.links[e.Link-1].Viewer; e.Viewer == 0 {
			return
		}
	case Internalised:
		e.Viewer, e.Value = h.viewer("internal"), uint32(rapid.IntRange(0, 1).Draw(h.t, "on"))
	case Quarter:
		e.Viewer, e.Asset, e.Value = h.viewer("viewer"), uint8(rapid.IntRange(1, 18).Draw(h.t, "asset")), uint32(25*rapid.IntRange(1, 4).Draw(h.t, "quarter"))
	case Changed:
	default:
		e.Viewer = h.viewer("viewer")
	}
	h.put(e)
}

func drawHistory(t *rapid.T) []Event {
	h := &history{t: t, now: time.Date(2026, 5, 1, 9, 30, 0, 0, time.UTC)}
	for range rapid.IntRange(1, 120).Draw(t, "steps") {
		h.step()
	}
	return h.events
}

func foldOf(events []Event) *fold {
	f := newFold()
	f.apply(events)
	return f
}

// read gives the report as a reader would get it.
func (f *fold) read() Report {
	if f.unread {
		f.recount()
	}
	return f.report(f.makeShape(nil), time.UnixMicro(f.at).UTC())
}

func TestFoldEqualsARecountOfItsEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := drawHistory(t)
		got, want := foldOf(events).read(), recountOf(events)
		if diff := want.differs(got); diff != "" {
			t.Fatalf("%s", diff)
		}
	})
}

func TestFoldDoesNotDependOnBatchesOrOnBeingRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := drawHistory(t)
		whole := foldOf(events)
		pieces := newFold()
		for rest := events; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "batch")
			pieces.apply(rest[:n])
			pieces.apply(rest[:n]) // the same batch again is nothing
			if rapid.Bool().Draw(t, "read") {
				pieces.read()
			}
			rest = rest[n:]
		}
		if a, b := whole.read(), pieces.read(); !reflect.DeepEqual(a, b) {
			t.Fatalf("in one batch:\n%+v\nin pieces:\n%+v", a, b)
		}
		tally := whole.tally
		whole.recount()
		if !sameTally(tally, whole.tally) {
			t.Fatal("a recount gives other numbers than those kept up")
		}
	})
}

func TestShapeInPiecesIsTheSame(t *testing.T) {
	f := newFold()
	source := forestEvents(3*shapePiece, 1)
	f.apply(source)
	rests := 0
	a, b := f.makeShape(nil), f.makeShape(func() bool { rests++; return true })
	if !reflect.DeepEqual(a, b) || rests < 6 {
		t.Fatalf("differs, or was not made in pieces (%d)", rests)
	}
}

// A chain of a million is folded in the time a star takes: nothing walks it.
func TestAMillionDeepChainFolds(t *testing.T) {
	if testing.Short() {
		t.Skip("a million events")
	}
	const n = 1_000_000
	f := newFold()
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	f.add(&Event{Seq: 1, At: at, Kind: Minted, Link: 1, Value: 1})
	for i := uint32(1); i <= n; i++ {
		f.add(&Event{Seq: uint64(2 * i), At: at, Kind: Claimed, Viewer: i, Parent: i - 1, Link: i})
		f.add(&Event{Seq: uint64(2*i + 1), At: at, Kind: Shared, Viewer: i, Link: i + 1, Value: 1, Channel: SMS})
	}
	r := f.read()
	if r.Reach != n || r.Longest.Generations != n || len(r.Generations) != maxGenerations || r.Deeper != n-maxGenerations ||
		r.Forest.Cascades != 1 || r.Forest.Largest != n || r.Top[0].Below != n-1 {
		t.Errorf("reach %d, longest %d, %d generations and %d deeper, forest %+v, first %+v",
			r.Reach, r.Longest.Generations, len(r.Generations), r.Deeper, r.Forest, r.Top[0])
	}
}

func TestSightingsAreWholeRows(t *testing.T) {
	f := newFold()
	open := Sighting{LinkNo: 1, Kind: SightOpen, Class: "browser", Count: 1}
	blocked := Sighting{LinkNo: 1, Kind: SightBlocked, Class: "browser", Count: 3}
	f.addSighting(open) // before the event of its link was folded
	f.apply([]Event{{Seq: 1, Kind: Minted, Link: 1, Value: 1}, {Seq: 2, Kind: Minted, Link: 2, Value: 1}})
	f.addSighting(blocked)
	f.addSighting(blocked)
	blocked.Count = 5
	f.addSighting(blocked)
	f.addSighting(Sighting{LinkNo: 2, Kind: SightPreview, Class: "whatsapp", Count: 2})
	r := f.read()
	got := fmt.Sprint(r.Funnel.Minted, r.Funnel.Sent, r.Funnel.Previewed, r.Funnel.Opened, r.Waiting, r.Blocked)
	if want := "2 2 1 1 1 {1 5}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestQuantilesAreWithinSixPercent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Uint32Range(10, 1<<30), 1, 200).Draw(t, "tenths")
		var l latencies
		for _, d := range all {
			l.add(d+1, 1)
		}
		l.add(77, 1)
		l.add(77, -1)
		slices.Sort(all)
		for _, q := range []float64{0.25, 0.5, 0.75, 0.9} {
			got, _ := l.quantile(q)
			rank := max(1, int(q*float64(len(all))+0.999999))
			want := time.Duration(all[rank-1]) * 100 * time.Millisecond
			if ratio := float64(got) / float64(want); ratio < 0.94 || ratio > 1.0625 {
				t.Fatalf("quantile %v of %d is %v, want %v", q, len(all), got, want)
			}
		}
	})
}
