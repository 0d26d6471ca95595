// Package storetest says in tests what every release.Store must do, faults and
// concurrency included. It owns the conformance suite and its in-memory model;
// it never knows which store it is given.
package storetest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"passalong/release"
)

// Opener makes an empty store whose Tx.Now follows now, and closes it with t.
type Opener func(t *testing.T, now func() time.Time) release.Store

// Run runs the whole suite; each part opens a store of its own.
func Run(t *testing.T, open func(t *testing.T, now func() time.Time) release.Store) {
	parts := []struct {
		name string
		run  func(*testing.T, Opener)
	}{
		{"RoundTrip", roundTrip},
		{"NotFound", notFound},
		{"Values", values},
		{"Order", order},
		{"Paging", paging},
		{"Moves", moves},
		{"Unique", unique},
		{"Blobs", blobs},
		{"Sightings", sightings},
		{"WriteWhileListing", writeWhileListing},
		{"AllOrNothing", allOrNothing},
		{"PanicHurtsOnlyItsCaller", panics},
		{"ViewWritePanics", viewWrite},
		{"Cancel", cancelled},
		{"Isolation", isolation},
		{"Clock", clock},
		{"Numbers", numbers},
		{"LastSeat", lastSeat},
		{"Follow", follow},
		{"FollowFrom", followFrom},
		{"FollowEnds", followEnds},
		{"Wipe", wipe},
		{"Backup", backup},
		{"Model", model},
	}
	for _, p := range parts {
		t.Run(p.name, func(t *testing.T) { p.run(t, open) })
	}
}

// start is the time the suite's clock begins at.
var start = time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)

// ticking gives a clock that moves a millisecond each time it is read.
func ticking() func() time.Time {
	var n atomic.Int64
	return func() time.Time { return start.Add(time.Duration(n.Add(1)) * time.Millisecond) }
}

// update and view run fn and fail the test for its error.
func update(t *testing.T, s release.Store, fn func(tx release.Tx) error) {
	t.Helper()
	if err := s.Update(context.Background(), fn); err != nil {
		t.Fatalf("update: %v", err)
	}
}

func view(t *testing.T, s release.Store, fn func(tx release.Tx) error) {
	t.Helper()
	if err := s.View(context.Background(), fn); err != nil {
		t.Fatalf("view: %v", err)
	}
}

// clean fails the test when Check finds a fault.
func clean(t *testing.T, s release.Store) {
	t.Helper()
	if err := s.Check(context.Background(), func(fault string) { t.Errorf("check: %s", fault) }); err != nil {
		t.Errorf("check: %v", err)
	}
}

// must gives the value of a getter inside fn and ends the test for its error.
func must[T any](t *testing.T, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Errorf("%T: %v", v, err)
	}
	return v
}
