package boltdb

import (
	"encoding/binary"

	"passalong/release"
)

// counters are a campaign's running numbers, one row each, kept decoded by
// the committer between group commits: nobody else writes them.
type counters struct {
	links, viewers uint32
	seq            uint64 // the last event
	before         uint64 // seq as it is on the disk
	changed        bool   // differs from the row
}

func (c *counters) row() []byte {
	b := make([]byte, 0, 16)
	b = binary.BigEndian.AppendUint32(b, c.links)
	b = binary.BigEndian.AppendUint32(b, c.viewers)
	return seal(binary.BigEndian.AppendUint64(b, c.seq))
}

// readCounters reads the row; without one a campaign begins at nothing. A
// damaged one is an error: guessing would give a number twice.
func readCounters(v []byte) (counters, error) {
	if v == nil {
		return counters{}, nil
	}
	v, err := opened(v)
	if err == nil && len(v) != 16 {
		err = errCut
	}
	if err != nil {
		return counters{}, fault(bCounters, err)
	}
	seq := binary.BigEndian.Uint64(v[8:])
	return counters{links: binary.BigEndian.Uint32(v), viewers: binary.BigEndian.Uint32(v[4:]), seq: seq, before: seq}, nil
}

// cache is what the committer keeps decoded. It is dropped whenever a
// transaction did not commit.
type cache struct {
	counters  map[release.CampaignID]*counters
	campaigns map[release.CampaignID]release.Campaign
}

func (c *cache) drop() { *c = cache{} }

// appended gives, per campaign with new events, the sequences before and after.
func (c *cache) appended() map[release.CampaignID][2]uint64 {
	var out map[release.CampaignID][2]uint64
	for id, n := range c.counters {
		if n.seq == n.before {
			continue
		}
		if out == nil {
			out = map[release.CampaignID][2]uint64{}
		}
		out[id] = [2]uint64{n.before, n.seq}
	}
	return out
}

// maxCached campaigns stay decoded; past that the cache starts anew.
const maxCached = 1024

func (c *cache) committed() {
	for _, n := range c.counters {
		n.before, n.changed = n.seq, false
	}
	if len(c.counters) > maxCached || len(c.campaigns) > maxCached {
		c.drop()
	}
}

// countersOf gives a campaign's running numbers, from memory where they are.
func (t *tx) countersOf(id release.CampaignID) (*counters, error) {
	if c := t.cache.counters[id]; c != nil {
		return c, nil
	}
	c, err := readCounters(t.get(bCounters, []byte(id)))
	if err != nil {
		return nil, err
	}
	if t.cache.counters == nil {
		t.cache.counters = map[release.CampaignID]*counters{}
	}
	t.cache.counters[id] = &c
	return &c, nil
}
