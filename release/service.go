package release

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"golang.org/x/sync/semaphore"
)

// Options are what a Service works with. Only Store is needed.
type Options struct {
	Store Store
	Rand  io.Reader     // ids; crypto/rand when nil
	Kid   func() string // id of the key that signs new links; "" when nil
	Log   *slog.Logger  // discarded when nil
}

// Service carries out the rules on one Store. It is safe for concurrent use.
type Service struct {
	store  Store
	random io.Reader
	kid    func() string
	log    *slog.Logger
	argon  *semaphore.Weighted
	sights *sights
	live   *live
}

// New makes a Service and starts its two workers: the one that flushes
// sightings and the one that keeps the reports. Close ends them.
func New(o Options) *Service {
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Kid == nil {
		o.Kid = func() string { return "" }
	}
	s := &Service{store: o.Store, random: o.Rand, kid: o.Kid, log: o.Log, argon: semaphore.NewWeighted(argonAtOnce)}
	s.live = newLive(s)
	s.sights = newSights(s)
	return s
}

// Close flushes what is in memory and ends the workers; the store stays open.
func (s *Service) Close() error {
	err := s.sights.close()
	s.live.close()
	return err
}

// Store gives the store, for backup and check.
func (s *Service) Store() Store { return s.store }

// Now reads the clock of the rules.
func (s *Service) Now(ctx context.Context) (time.Time, error) {
	var now time.Time
	err := s.store.View(ctx, func(tx Tx) error { now = tx.Now(); return nil })
	return now, err
}
