package release

import (
	"context"
	"fmt"
	"reflect"
)

// VerifyFold proves that a campaign's events and its rows tell the same story:
// it folds the events from zero, compares each viewer and link with its row,
// and the running report with the fresh one. It calls report with a sentence
// for each disagreement, of which it says at most a hundred. It reads
// everything: for passalong check, not for a page.
func (s *Service) VerifyFold(ctx context.Context, id CampaignID, report func(string)) error {
	k := s.live.find(id)
	if k != nil {
		if err := k.ready(ctx); err != nil {
			return err
		}
	}
	return s.store.View(ctx, func(tx Tx) error {
		c := check{tx: tx, id: id, f: newFold(), report: report}
		if err := tx.Events(id, 0, func(e Event) bool { c.f.add(&e); return ctx.Err() == nil }); err != nil {
			return err
		}
		c.f.recount()
		for what, fault := range c.f.faults {
			c.say("%d events do not fit what was before them (%s), the first is number %d", fault.times, what, fault.first)
		}
		if err := c.links(); err != nil {
			return err
		}
		if err := c.viewers(); err != nil {
			return err
		}
		if err := c.sightings(); err != nil {
			return err
		}
		if k != nil {
			err := k.current(tx, func(f *fold, _ *shape) error {
				if !sameTally(f.tally, c.f.tally) {
					c.say("the running report differs from one folded from the first event")
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		if c.said > maxSaid {
			report(fmt.Sprintf("campaign %s: and %d more", id, c.said-maxSaid))
		}
		return ctx.Err()
	})
}

const maxSaid = 100

type check struct {
	tx     Tx
	id     CampaignID
	f      *fold
	report func(string)
	said   int
}

func (c *check) say(format string, args ...any) {
	if c.said++; c.said <= maxSaid {
		c.report(fmt.Sprintf("campaign %s: ", c.id) + fmt.Sprintf(format, args...))
	}
}

// links compares every handed-out link's row with the events about it.
func (c *check) links() error {
	copies := make([]uint32, c.f.links.n)
	for i := uint32(1); i < c.f.viewers.n; i++ {
		if v := c.f.viewer(i); v != nil && v.flags&nodeCopied != 0 {
			copies[v.link]++
		}
	}
	shares := make([]uint32, c.f.viewers.n)
	handed := uint32(0)
	err := c.tx.Links(c.id, 0, func(row Link) bool {
		if row.Claimed > row.Seats {
			c.say("link %d has %d seats and %d claims", row.No, row.Seats, row.Claimed)
		}
		if !row.Handed() {
			return true
		}
		at, l := c.f.link(row.No)
		seed := row.Kind == Seed || row.Kind == Door
		switch {
		case l == nil || l.flags&(linkMinted|linkShared) == 0:
			c.say("link %d was handed out without an event", row.No)
			return true
		case seed != (l.flags&linkMinted != 0):
			c.say("link %d is a %s and its event says otherwise", row.No, row.Kind)
		case uint32(row.Claimed) != l.claimed:
			c.say("link %d has %d claims and %d events of claims", row.No, row.Claimed, l.claimed)
		case int(at) < len(copies) && uint32(row.Copies) != copies[at]:
			c.say("link %d has %d copies and %d events of copies", row.No, row.Copies, copies[at])
		case !row.Returned.IsZero() != (l.flags&linkReturned != 0):
			c.say("link %d and its events disagree on whether the share came back", row.No)
		}
		handed++
		if !seed && row.Returned.IsZero() && c.f.viewer(l.sharer) != nil {
			shares[l.sharer]++
		}
		return true
	})
	if err != nil {
		return err
	}
	known := uint32(0)
	for i := uint32(1); i < c.f.links.n; i++ {
		if c.f.links.at(i).flags&(linkMinted|linkShared) != 0 {
			known++
		}
	}
	if known != handed {
		c.say("%d links were handed out, and events tell of %d", handed, known)
	}
	for i := uint32(1); i < c.f.viewers.n; i++ {
		if v := c.f.viewer(i); v != nil && v.shares != shares[i] {
			c.say("viewer %d handed on %d links, and events tell of %d", i, shares[i], v.shares)
		}
	}
	return nil
}

// viewers compares every viewer's row with the events about it.
func (c *check) viewers() error {
	rows := 0
	err := c.tx.Viewers(c.id, 0, func(row Viewer) bool {
		rows++
		v := c.f.viewer(row.No)
		if v == nil {
			c.say("viewer %d has no event of a claim", row.No)
			return true
		}
		for _, p := range []struct {
			what string
			same bool
		}{
			{"the parent", row.ParentNo == v.parent},
			{"the generation", uint32(row.Generation) == v.generation},
			{"having come by a copied link", row.Copied == (v.flags&nodeCopied != 0)},
			{"a view", row.Viewed.IsZero() == (v.viewed == 0)},
			{"being a test", row.Test == (v.flags&nodeTest != 0)},
			{"having lost the seat", row.SeatLost.IsZero() == (v.flags&nodeSeatLost == 0)},
			{"being erased", row.Erased.IsZero() == (v.flags&nodeErased == 0)},
		} {
			if !p.same {
				c.say("viewer %d: row and events disagree on %s", row.No, p.what)
			}
		}
		return true
	})
	if err != nil {
		return err
	}
	known := 0
	for i := uint32(1); i < c.f.viewers.n; i++ {
		if c.f.viewer(i) != nil {
			known++
		}
	}
	if known != rows {
		c.say("%d viewers have a row, and events tell of %d", rows, known)
	}
	return nil
}

// sightings puts what was seen into the fresh fold, as the running one has it.
func (c *check) sightings() error {
	return c.tx.SightingsOf(c.id, func(row Sighting) bool { c.f.addSighting(row); return true })
}

// sameTally compares without regard to rows at the end that are empty.
func sameTally(a, b tally) bool {
	for _, t := range []*tally{&a, &b} {
		t.generations = trimEmpty(t.generations)
		t.time.minutes, t.time.hours = trimEmpty(t.time.minutes), trimEmpty(t.time.hours)
	}
	return reflect.DeepEqual(a, b)
}
