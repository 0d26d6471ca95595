// Package boltdb keeps a release.Store in one bbolt file, for one process.
// It owns the file, its encoding, its indexes and the group commit; it never
// decides a rule and never answers for a write that is not on the disk.
package boltdb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"passalong/release"
)

// Options are what a Store works with; the zero value is right for serving.
type Options struct {
	Now    func() time.Time // time.Now when nil
	Log    *slog.Logger     // discarded when nil
	NoSync bool             // for tests only: an answered write may be lost
}

// Store is a release.Store on one bbolt file. It is safe for concurrent use.
type Store struct {
	db    *bolt.DB
	log   *slog.Logger
	clock clock
	path  string

	queue  chan *call
	ended  chan struct{} // closed when the committer has ended
	mu     sync.RWMutex  // held for reading while a call is put in the queue
	closed bool
	done   chan struct{} // closed by Close: Follow ends

	group  group
	broken atomic.Pointer[failure]
	follow followers
}

// failure is why a store stopped writing until it is opened again.
type failure struct {
	err   error
	reads bool // reads would show what was never acknowledged
}

var _ release.Store = (*Store)(nil)

// call is one Update on its way through the committer.
type call struct {
	ctx   context.Context
	fn    func(release.Tx) error
	state atomic.Int32 // callQueued, callTaken or callGone
	err   error
	late  bool // err was decided on rows that are not committed yet
	out   bool // failed after writing: the group runs again without it
	done  chan struct{}
}

const (
	callQueued = iota
	callTaken
	callGone // its caller gave up before it ran
)

// Update queues fn for the next group commit. See release.Store.
func (s *Store) Update(ctx context.Context, fn func(release.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &call{ctx: ctx, fn: fn, done: make(chan struct{})}
	if err := s.enqueue(c); err != nil {
		return err
	}
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
		if c.state.CompareAndSwap(callQueued, callGone) {
			return ctx.Err()
		}
		<-c.done // it runs: only its answer is true
		return c.err
	}
}

func (s *Store) enqueue(c *call) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return errClosed()
	}
	select {
	case s.queue <- c:
		return nil
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
}

// View runs fn on a consistent state. See release.Store.
func (s *Store) View(ctx context.Context, fn func(release.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.view(func(t *tx) error { return fn(t) })
}

// view begins a short read transaction. A page that the disk cannot give is a
// fault in mapped memory: it becomes an error instead of the process's end.
func (s *Store) view(fn func(*tx) error) (err error) {
	if f := s.broken.Load(); f != nil && f.reads {
		return failed(f.err)
	}
	b, err := s.db.Begin(false)
	if err != nil {
		return openError(err)
	}
	defer func() { _ = b.Rollback() }()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			if !isFault(r) {
				panic(r)
			}
			err = failed(fmt.Errorf("reading a page: %v", r))
			s.log.Error("the database file cannot be read", "file", s.path, "err", err)
		}
	}()
	return fn(newTx(s, b))
}

// isFault tells a fault in mapped memory from a programmer's mistake.
func isFault(r any) bool {
	_, ok := r.(interface{ Addr() uintptr })
	return ok
}

// Close finishes what is queued and closes the file.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.done)
	close(s.queue)
	s.mu.Unlock()
	<-s.ended
	return s.db.Close()
}

func errClosed() error {
	return &release.Error{Kind: release.Unavailable, Key: "store.closed", Err: errors.New("the store is closed")}
}

func failed(err error) error {
	return &release.Error{Kind: release.Unavailable, Key: "store.failed", Err: err}
}

func openError(err error) error {
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return errClosed()
	}
	return failed(err)
}
