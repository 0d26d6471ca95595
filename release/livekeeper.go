package release

import (
	"context"
	"sync"
	"time"
)

// keeper holds one campaign's fold.
//
// The lock is only ever taken inside a store transaction or beside none: a
// holder never begins a transaction, because a store may make it wait for one
// that in turn waits for the lock.
type keeper struct {
	live *live
	id   CampaignID
	ctx  context.Context // ends with the service or when the campaign is dropped
	stop context.CancelFunc
	seen chan struct{} // closed when the stored sightings are folded
	wake chan struct{} // there is something for a new shape

	mu          sync.Mutex
	fold        *fold
	shape       *shape
	subscribers map[chan uint64]struct{}
}

// follow folds the campaign's events until the service closes.
func (k *keeper) follow() {
	l := k.live
	for k.ctx.Err() == nil {
		err := k.catchUp()
		if k.ctx.Err() != nil {
			return
		}
		l.service.log.Error("report is not kept up, will try again", "campaign", string(k.id), "err", err)
		select {
		case <-time.After(time.Second):
		case <-k.ctx.Done():
		}
	}
}

func (k *keeper) catchUp() error {
	l := k.live
	if err := k.readSightings(); err != nil {
		return err
	}
	k.mu.Lock()
	seq := k.fold.seq
	k.mu.Unlock()
	return l.service.store.Follow(k.ctx, k.id, seq, func(batch []Event) error {
		k.mu.Lock()
		k.fold.apply(batch)
		k.mu.Unlock()
		k.notify()
		return nil
	})
}

// readSightings folds what is stored; rows that arrive meanwhile come by
// sighted, and the same row twice is one.
func (k *keeper) readSightings() error {
	select {
	case <-k.seen:
		return nil
	default:
	}
	l := k.live
	err := l.service.store.View(k.ctx, func(tx Tx) error {
		return tx.SightingsOf(k.id, func(row Sighting) bool {
			k.mu.Lock()
			k.fold.addSighting(row)
			k.mu.Unlock()
			return k.ctx.Err() == nil
		})
	})
	if err == nil {
		close(k.seen)
	}
	return err
}

// notify tells the subscribers and the shape's maker that something changed.
func (k *keeper) notify() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for c := range k.subscribers {
		select {
		case <-c: // an old number nobody took
		default:
		}
		c <- k.fold.seq // the channel holds one, and only this sends
	}
}

// Subscribe gives the sequence of the last event in a campaign's report
// whenever the report changed, within 250 ms. A slow reader finds the newest
// number only. The channel is closed when ctx ends.
func (s *Service) Subscribe(ctx context.Context, id CampaignID) <-chan uint64 {
	k := s.live.keep(id)
	c := make(chan uint64, 1)
	k.mu.Lock()
	k.subscribers[c] = struct{}{}
	k.mu.Unlock()
	context.AfterFunc(ctx, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.subscribers, c)
		close(c)
	})
	return c
}

// shapes makes a large campaign's shape anew when its forest changed, in
// pieces, and rests twenty times as long as that took.
func (k *keeper) shapes() {
	for {
		select {
		case <-k.wake:
		case <-k.ctx.Done():
			return
		}
		k.mu.Lock()
		if k.fold.viewers.n <= shapeNow || k.shape != nil && k.shape.seq == k.fold.moved || k.fold.unread {
			k.mu.Unlock()
			continue
		}
		begun := time.Now()
		made := k.fold.makeShape(func() bool {
			k.mu.Unlock()
			k.mu.Lock()
			return k.ctx.Err() == nil
		})
		if made != nil {
			k.shape = made
		}
		k.mu.Unlock()
		k.announce()
		select {
		case <-time.After(20 * time.Since(begun)):
		case <-k.ctx.Done():
			return
		}
	}
}

// announce tells subscribers of a new shape without asking for another.
func (k *keeper) announce() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for c := range k.subscribers {
		select {
		case c <- k.fold.seq:
		default:
		}
	}
}

// ready waits until the stored sightings are folded. It is called outside of
// any transaction: reading them is one.
func (k *keeper) ready(ctx context.Context) error {
	select {
	case <-k.seen:
		return nil
	case <-k.ctx.Done():
		return No(Unavailable, "store.unavailable")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// current brings the fold up to what tx sees and runs fn under the lock with a
// shape of it: of this very moment in a small campaign, the last one made in a
// large one.
func (k *keeper) current(tx Tx, fn func(*fold, *shape) error) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.fold
	err := tx.Events(k.id, f.seq, func(e Event) bool {
		f.add(&e)
		return true
	})
	if err != nil {
		return err
	}
	if f.unread {
		f.recount()
		k.shape = nil
	}
	if k.shape == nil || k.shape.seq != f.moved && f.viewers.n <= shapeNow {
		k.shape = f.makeShape(nil)
	}
	return fn(f, k.shape)
}
