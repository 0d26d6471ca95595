package boltdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"passalong/release"
)

// Check reports every fault of the file's structure, of its rows and of its
// indexes. It serves meanwhile: rows are read in short transactions, each row
// together with its own index entries.
func (s *Store) Check(ctx context.Context, report func(string)) error {
	var fault error
	err := s.view(func(t *tx) error {
		at := &snapshot{root: uint64(t.b.Cursor().Bucket().Root()), high: uint64(t.b.Size()) / uint64(s.db.Info().PageSize)}
		fault = verifyPages(s.path, at, ctx.Err)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	if fault != nil {
		report("file: " + fault.Error())
		return nil // reading rows through damaged pages could end the process
	}
	if err := s.checkBolt(report); err != nil {
		return err
	}
	c := &checker{s: s, ctx: ctx, report: report}
	return c.all()
}

// checkedWhole is the largest file that bbolt's own check runs on: its free
// list may not change meanwhile, so every writer waits for it. In a larger one
// our own walk has to do, which knows all but the free list in memory.
const checkedWhole = 64 << 20

func (s *Store) checkBolt(report func(string)) error {
	if s.broken.Load() != nil {
		return nil
	}
	b, err := s.db.Begin(true)
	if err != nil {
		return openError(err)
	}
	defer func() { _ = b.Rollback() }()
	if b.Size() > checkedWhole {
		return nil
	}
	for err := range b.Check() {
		report("file: " + err.Error())
	}
	return nil
}

// checker compares rows and indexes.
type checker struct {
	s      *Store
	ctx    context.Context
	report func(string)
}

func (c *checker) say(format string, args ...any) { c.report(fmt.Sprintf(format, args...)) }

// checkStep is how many rows one transaction of a check reads.
const checkStep = 2048

// walk calls fn with each row of a bucket.
func (c *checker) walk(in func(*tx) *bolt.Bucket, fn func(t *tx, k, v []byte)) error {
	var next []byte
	for more := true; more; {
		more = false
		err := c.s.view(func(t *tx) error {
			b := in(t)
			if b == nil {
				return nil
			}
			cursor, n := b.Cursor(), 0
			for k, v := cursor.Seek(next); k != nil; k, v = cursor.Next() {
				if n++; n > checkStep {
					next, more = bytes.Clone(k), true
					return c.ctx.Err()
				}
				fn(t, k, v)
			}
			return c.ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) rows(bucket int, fn func(t *tx, k, v []byte)) error {
	return c.walk(func(t *tx) *bolt.Bucket { return t.bucket(bucket) }, fn)
}

// has reports when an index does not lead from key to id.
func (c *checker) has(t *tx, what string, bucket int, key []byte, id string) {
	if got := t.get(bucket, key); got == nil || string(got) != id {
		c.say("%s: %s has %q at %q", what, bucketName(bucket), got, key)
	}
}

func (c *checker) all() error {
	for _, part := range []func() error{c.campaigns, c.assets, c.links, c.viewers, c.sightings, c.events, c.blobs} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) campaigns() error {
	err := c.rows(bCampaigns, func(_ *tx, k, v []byte) {
		if row, err := decode[campaignRow](bCampaigns, v); err != nil || string(row.ID) != string(k) {
			c.say("campaign %q: row of %q, %v", k, row.ID, err)
		}
	})
	if err != nil {
		return err
	}
	return c.rows(bCounters, func(_ *tx, k, v []byte) {
		if _, err := readCounters(v); err != nil {
			c.say("campaign %q: %v", k, err)
		}
	})
}

func (c *checker) assets() error {
	err := c.rows(bAssets, func(t *tx, k, v []byte) {
		row, err := decode[assetRow](bAssets, v)
		if err != nil || string(row.ID) != string(k) {
			c.say("asset %q: row of %q, %v", k, row.ID, err)
			return
		}
		c.has(t, "asset "+string(k), bAssetNo, assetKey(row.in()), "")
	})
	if err != nil {
		return err
	}
	return c.rows(bAssetNo, func(t *tx, k, _ []byte) {
		i := bytes.IndexByte(k, 0)
		if i < 0 || len(k) < i+6 {
			c.say("asset index: %q is no key", k)
			return
		}
		if a, err := t.Asset(release.AssetID(k[i+6:])); err != nil || !bytes.Equal(assetKey(a), k) {
			c.say("asset index: %q leads to %q, %v", k, a.ID, err)
		}
	})
}

func (c *checker) links() error {
	err := c.rows(bLinks, func(t *tx, k, v []byte) {
		row, err := decode[linkRow](bLinks, v)
		if err != nil || string(row.ID) != string(k) {
			c.say("link %q: row of %q, %v", k, row.ID, err)
			return
		}
		c.has(t, "link "+string(k), bLinkNo, noKey(row.Campaign, row.No), string(k))
		if handedOn(row.in()) {
			c.has(t, "link "+string(k), bLinksOf, noKey(row.Sharer, row.No), string(k))
		}
	})
	if err != nil {
		return err
	}
	for bucket, want := range map[int]func(release.Link) []byte{
		bLinkNo: func(l release.Link) []byte { return noKey(l.Campaign, l.No) },
		bLinksOf: func(l release.Link) []byte {
			if !handedOn(l) {
				return nil
			}
			return noKey(l.Sharer, l.No)
		},
	} {
		err := c.rows(bucket, func(t *tx, k, id []byte) {
			if l, err := t.Link(release.LinkID(id)); err != nil || !bytes.Equal(want(l), k) {
				c.say("%s: %q leads to link %q, %v", bucketName(bucket), k, id, err)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) viewers() error {
	err := c.rows(bViewers, func(t *tx, k, v []byte) {
		row, err := decode[viewerRow](bViewers, v)
		if err != nil || string(row.ID) != string(k) {
			c.say("viewer %q: row of %q, %v", k, row.ID, err)
			return
		}
		what := "viewer " + string(k)
		c.has(t, what, bViewerNo, noKey(row.Campaign, row.No), string(k))
		if row.Link != "" {
			c.has(t, what, bViewersBy, noKey(row.Link, row.No), string(k))
		}
		for _, name := range candidates(row.in()) {
			c.has(t, what, bCandidates, nameKey(row.Campaign, name), string(k))
		}
	})
	if err != nil {
		return err
	}
	for bucket, right := range map[int]func(v release.Viewer, k []byte) bool{
		bViewerNo:  func(v release.Viewer, k []byte) bool { return bytes.Equal(k, noKey(v.Campaign, v.No)) },
		bViewersBy: func(v release.Viewer, k []byte) bool { return bytes.Equal(k, noKey(v.Link, v.No)) },
		bCandidates: func(v release.Viewer, k []byte) bool {
			for _, name := range candidates(v) {
				if bytes.Equal(k, nameKey(v.Campaign, name)) {
					return true
				}
			}
			return false
		},
	} {
		err := c.rows(bucket, func(t *tx, k, id []byte) {
			if v, err := t.Viewer(release.ViewerID(id)); err != nil || !right(v, k) {
				c.say("%s: %q leads to viewer %q, %v", bucketName(bucket), k, id, err)
			}
		})
		if err != nil {
			return err
		}
	}
	return c.progress()
}

func (c *checker) progress() error {
	err := c.rows(bProgress, func(t *tx, k, v []byte) {
		row, err := decode[progressRow](bProgress, v)
		if err != nil || string(row.Viewer) != string(k) {
			c.say("progress of %q: row of %q, %v", k, row.Viewer, err)
			return
		}
		c.has(t, "progress of "+string(k), bProgressOf, nameKey(row.Campaign, row.Viewer), "")
	})
	if err != nil {
		return err
	}
	return c.rows(bProgressOf, func(t *tx, k, _ []byte) {
		_, viewer, _ := bytes.Cut(k, []byte{0})
		if p, err := t.Progress(release.ViewerID(viewer)); err != nil || !bytes.Equal(nameKey(p.Campaign, p.Viewer), k) {
			c.say("progress index: %q leads nowhere, %v", k, err)
		}
	})
}

func (c *checker) sightings() error {
	err := c.rows(bSightings, func(t *tx, k, v []byte) {
		row, err := decode[sightingRow](bSightings, v)
		if err != nil || !bytes.Equal(sightingKey(row.in()), k) {
			c.say("sighting %q: row of %q, %v", k, row.Link, err)
			return
		}
		c.has(t, "sighting "+string(k), bSightingsOf, nameKey(row.Campaign, row.Link), "")
	})
	if err != nil {
		return err
	}
	return c.rows(bSightingsOf, func(t *tx, k, _ []byte) {
		_, link, _ := bytes.Cut(k, []byte{0})
		if rows, err := t.Sightings(release.LinkID(link)); err != nil || len(rows) == 0 {
			c.say("sighting index: %q leads nowhere, %v", k, err)
		}
	})
}

// events proves that each campaign's log has no hole and ends where its
// running number says.
func (c *checker) events() error {
	var ids []release.CampaignID
	if err := c.rows(bEvents, func(_ *tx, k, _ []byte) { ids = append(ids, release.CampaignID(k)) }); err != nil {
		return err
	}
	for _, id := range ids {
		var last uint64
		err := c.walk(func(t *tx) *bolt.Bucket { return t.bucket(bEvents).Bucket([]byte(id)) }, func(t *tx, k, v []byte) {
			var e release.Event
			if err := getEvent(k, v, &e); err != nil {
				c.say("campaign %q: %v", id, err)
			}
			if len(k) != 8 {
				return
			}
			seq := binary.BigEndian.Uint64(k)
			if last != 0 && seq != last+1 {
				c.say("campaign %q: event %d follows event %d", id, seq, last)
			}
			last = seq
			if n, err := readCounters(t.get(bCounters, []byte(id))); err == nil && seq > n.seq {
				c.say("campaign %q: event %d is past its running number %d", id, seq, n.seq)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) blobs() error {
	return c.rows(bBlobs, func(_ *tx, k, v []byte) {
		if _, err := opened(v); err != nil {
			c.say("blob %q: %v", k, err)
		}
	})
}
