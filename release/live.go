package release

import (
	"context"
	"sync"
)

// live keeps one fold per campaign, fed by Store.Follow, so that reading a
// report never scans. A campaign's fold is made at its first use (or by Warm)
// from its events; after that each event costs a constant.
type live struct {
	service *Service
	ctx     context.Context
	stop    context.CancelFunc
	work    sync.WaitGroup
	mu      sync.Mutex
	kept    map[CampaignID]*keeper
}

func newLive(s *Service) *live {
	ctx, stop := context.WithCancel(context.Background())
	return &live{service: s, ctx: ctx, stop: stop, kept: map[CampaignID]*keeper{}}
}

// close ends the workers.
func (l *live) close() {
	l.mu.Lock()
	l.stop()
	l.mu.Unlock()
	l.work.Wait()
}

// keep gives a campaign's keeper and starts it when it is new.
func (l *live) keep(id CampaignID) *keeper {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.kept[id]
	if k == nil {
		k = &keeper{live: l, id: id, fold: newFold(), subscribers: map[chan uint64]struct{}{},
			seen: make(chan struct{}), wake: make(chan struct{}, 1)}
		k.ctx, k.stop = context.WithCancel(l.ctx)
		l.kept[id] = k
		if l.ctx.Err() == nil {
			l.work.Go(k.follow)
			l.work.Go(k.shapes)
		}
	}
	return k
}

// find gives a campaign's keeper when there is one.
func (l *live) find(id CampaignID) *keeper {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept[id]
}

// drop forgets a campaign that is gone for good.
func (l *live) drop(id CampaignID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k := l.kept[id]; k != nil {
		k.stop()
		delete(l.kept, id)
	}
}

// sighted hands over rows that were just merged and written: a link's whole
// row by kind and class, not what was added to it. Campaigns that nobody reads
// are passed over: their sightings are read when their fold is made.
func (l *live) sighted(rows []Sighting) {
	for _, row := range rows {
		k := l.find(row.Campaign)
		if k == nil {
			continue
		}
		k.mu.Lock()
		k.fold.addSighting(row)
		k.mu.Unlock()
		k.notify()
	}
}

// Warm starts the folds of all campaigns that are there, so that the first
// reader after a start does not wait. It returns before they are done.
func (s *Service) Warm(ctx context.Context) error {
	var all []Campaign
	err := s.store.View(ctx, func(tx Tx) error {
		var err error
		all, err = tx.Campaigns()
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Deleted.IsZero() {
			s.live.keep(c.ID)
		}
	}
	return nil
}
