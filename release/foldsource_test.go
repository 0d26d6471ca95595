package release

import (
	"math/rand/v2"
	"time"
)

// forestEvents makes the log of a campaign of n viewers with four events each:
// shared, claimed, viewed and a quarter. Parents are picked as in real
// cascades: mostly nobody passes on, a few do a lot.
func forestEvents(n int, seed uint64) []Event {
	r := rand.New(rand.NewPCG(seed, 1))
	seeds := max(n/50, 1)
	events := make([]Event, 0, 4*n+seeds)
	at := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	put := func(e Event) {
		at = at.Add(time.Duration(r.ExpFloat64() * float64(96*time.Hour) / float64(5*n)))
		e.Seq, e.At = uint64(len(events)+1), at
		events = append(events, e)
	}
	for i := range seeds {
		put(Event{Kind: Minted, Link: uint32(i + 1), Value: 1})
	}
	link := uint32(seeds)
	for i := 1; i <= n; i++ {
		e := Event{Kind: Claimed, Viewer: uint32(i), Link: uint32(i), Channel: Channel(1 + r.IntN(int(Other)))}
		if i > seeds {
			// The square of a uniform number favours early ones heavily.
			u := r.Float64()
			e.Parent = uint32(1 + u*u*float64(i-1))
			link += 3 // the numbers of prepared links lie between
			e.Link = link
			put(Event{Kind: Shared, Viewer: e.Parent, Link: link, Value: 1, Channel: e.Channel})
		}
		put(e)
		put(Event{Kind: Viewed, Viewer: e.Viewer, Asset: 1})
		put(Event{Kind: Quarter, Viewer: e.Viewer, Asset: 1, Value: 25})
	}
	return events
}
