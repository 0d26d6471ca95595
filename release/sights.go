package release

import (
	"context"
	"sync"
	"time"
)

// sights merges sightings in memory and writes them once a second, so that a
// GET writes nothing in its own request.
type sights struct {
	service *Service
	mu      sync.Mutex
	waiting map[sightKey]Sighting
	stop    chan struct{}
	done    chan struct{}
}

type sightKey struct {
	link  LinkID
	kind  SightingKind
	class string
}

// maxWaiting bounds the memory of one second: what is above is not counted.
const maxWaiting = 50_000

func newSights(s *Service) *sights {
	g := &sights{service: s, waiting: map[sightKey]Sighting{}, stop: make(chan struct{}), done: make(chan struct{})}
	go g.run()
	return g
}

// Sight notes what a fetch of a link told. It returns at once, writes nothing
// in the caller's request and may be lost with the last second.
func (s *Service) Sight(link Link, kind SightingKind, class string, at time.Time) {
	g := s.sights
	g.mu.Lock()
	defer g.mu.Unlock()
	key := sightKey{link.ID, kind, class}
	row, there := g.waiting[key]
	if !there {
		if len(g.waiting) >= maxWaiting {
			return
		}
		row = Sighting{Campaign: link.Campaign, Link: link.ID, LinkNo: link.No, Kind: kind, Class: class, First: at}
	}
	row.Count++
	row.Last = at
	g.waiting[key] = row
}

func (g *sights) run() {
	defer close(g.done)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := g.flush(); err != nil {
				g.service.log.Error("sightings not written, will try again", "err", err)
			}
		case <-g.stop:
			return
		}
	}
}

func (g *sights) close() error {
	close(g.stop)
	<-g.done
	return g.flush()
}

// FlushSightings writes what waits in memory now.
func (s *Service) FlushSightings() error { return s.sights.flush() }

func (g *sights) flush() error {
	g.mu.Lock()
	batch := g.waiting
	g.waiting = make(map[sightKey]Sighting, len(batch))
	g.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var merged []Sighting
	err := g.service.store.Update(ctx, func(tx Tx) error {
		merged = merged[:0]
		for _, fresh := range batch {
			row, err := mergeSighting(tx, fresh)
			if err != nil {
				return err
			}
			merged = append(merged, row)
		}
		return nil
	})
	if err != nil {
		g.giveBack(batch)
		return err
	}
	g.service.live.sighted(merged)
	return nil
}

// giveBack keeps a batch that could not be written for the next try.
func (g *sights) giveBack(batch map[sightKey]Sighting) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for key, old := range batch {
		if now, there := g.waiting[key]; there {
			old.Count += now.Count
			old.Last = now.Last
		}
		if len(g.waiting) < maxWaiting {
			g.waiting[key] = old
		}
	}
}

// mergeSighting adds fresh to the link's row of its kind and class; past
// MaxSightings rows a link its class becomes "other".
func mergeSighting(tx Tx, fresh Sighting) (Sighting, error) {
	rows, err := tx.Sightings(fresh.Link)
	if err != nil {
		return fresh, err
	}
	find := func(class string) (Sighting, bool) {
		for _, r := range rows {
			if r.Kind == fresh.Kind && r.Class == class {
				return r, true
			}
		}
		return Sighting{}, false
	}
	row, there := find(fresh.Class)
	if !there && len(rows) >= MaxSightings-4 { // one "other" of each kind always fits
		fresh.Class = "other"
		row, there = find(fresh.Class)
	}
	if there {
		fresh.Count += row.Count
		fresh.First = row.First
		if row.Last.After(fresh.Last) {
			fresh.Last = row.Last
		}
	}
	return fresh, tx.PutSighting(fresh)
}
