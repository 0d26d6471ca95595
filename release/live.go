package release

import "sync"

// live keeps one fold per campaign, fed by Store.Follow, so that reading a
// report never scans.
type live struct {
	service *Service
	mu      sync.Mutex
}

func newLive(s *Service) *live { return &live{service: s} }

// close ends the workers.
func (l *live) close() {}

// sighted hands over rows that were just merged and written: a link's whole
// row by kind and class, not what was added to it.
func (l *live) sighted([]Sighting) {
	l.mu.Lock()
	defer l.mu.Unlock()
}

// drop forgets a deleted campaign's fold.
func (l *live) drop(CampaignID) {}
