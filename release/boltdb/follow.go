package boltdb

import (
	"context"
	"sync"

	"passalong/release"
)

// maxBatch is the largest slice a follower is given.
const maxBatch = 4096

// followers knows how far each campaign's events are on the disk, and wakes
// who waits for more. bbolt shows a transaction to new readers a moment before
// its last fsync, so a follower reads no further than what was committed.
type followers struct {
	mu   sync.Mutex
	seen map[release.CampaignID]*followed
}

type followed struct {
	upTo uint64        // the last event on the disk, once known is true
	know bool          // an append was seen since the store was opened
	wake chan struct{} // closed by the next commit
}

func (f *followers) at(id release.CampaignID) *followed {
	if f.seen == nil {
		f.seen = map[release.CampaignID]*followed{}
	}
	one := f.seen[id]
	if one == nil {
		one = &followed{wake: make(chan struct{})}
		f.seen[id] = one
	}
	return one
}

// before notes, ahead of a commit, where the campaigns it appends to stand.
func (f *followers) before(appended map[release.CampaignID][2]uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id, seqs := range appended {
		if one := f.at(id); !one.know {
			one.upTo, one.know = seqs[0], true
		}
	}
}

// committed wakes the followers of what a commit appended.
func (f *followers) committed(appended map[release.CampaignID][2]uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id, seqs := range appended {
		one := f.at(id)
		one.upTo = seqs[1]
		close(one.wake)
		one.wake = make(chan struct{})
	}
}

// wait gives the channel that the campaign's next commit closes.
func (f *followers) wait(id release.CampaignID) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at(id).wake
}

// limit is the last event a follower may be given.
func (f *followers) limit(id release.CampaignID) uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if one := f.at(id); one.know {
		return one.upTo
	}
	return ^uint64(0)
}

// Follow gives fn the events behind after. See release.Store. Each batch is
// read in a transaction of its own: one held open would keep every page freed
// meanwhile, and the file would grow.
func (s *Store) Follow(ctx context.Context, campaign release.CampaignID, after uint64, fn func([]release.Event) error) error {
	buf := make([]release.Event, 0, 256)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		wake := s.follow.wait(campaign) // before reading: no commit falls between
		batch, err := s.batch(campaign, after, buf[:0])
		if err != nil {
			return err
		}
		if len(batch) > 0 {
			after = batch[len(batch)-1].Seq
			if err := fn(batch); err != nil {
				return err
			}
			buf = batch
			continue
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.done:
			return errClosed()
		}
	}
}

// batch reads up to maxBatch events behind after into buf.
func (s *Store) batch(campaign release.CampaignID, after uint64, buf []release.Event) ([]release.Event, error) {
	err := s.view(func(t *tx) error {
		log := t.bucket(bEvents).Bucket([]byte(campaign))
		if log == nil {
			return nil
		}
		// Asked for inside the transaction: when the state it reads may hold
		// events that are not on the disk, the limit is known by now.
		limit := s.follow.limit(campaign)
		cursor := log.Cursor()
		for k, v := cursor.Seek(seqKey(after + 1)); k != nil && len(buf) < maxBatch; k, v = cursor.Next() {
			buf = append(buf, release.Event{})
			if err := getEvent(k, v, &buf[len(buf)-1]); err != nil {
				return err
			}
			if buf[len(buf)-1].Seq > limit {
				buf = buf[:len(buf)-1]
				return nil
			}
		}
		return nil
	})
	return buf, err
}
