package boltdb

import (
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"passalong/release"
)

// An event is 32 bytes under its sequence (big endian) in its campaign's own
// bucket: appending always fills the last page, and a campaign goes at once.
//
//	0 checksum 4 · 4 kind · 5 channel · 6 flags · 7 asset · 8 time 8 ·
//	16 viewer 4 · 20 parent 4 · 24 link 4 · 28 value 4
//
// The checksum covers the rest and the sequence. Later fields go behind: a
// longer event is read by its first 32 bytes only with its own checksum rule.
const eventLen = 32

func putEvent(e release.Event) []byte {
	b := make([]byte, eventLen)
	b[4], b[5], b[6], b[7] = byte(e.Kind), byte(e.Channel), byte(e.Flags), e.Asset
	binary.BigEndian.PutUint64(b[8:], uint64(micro(e.At)))
	binary.BigEndian.PutUint32(b[16:], e.Viewer)
	binary.BigEndian.PutUint32(b[20:], e.Parent)
	binary.BigEndian.PutUint32(b[24:], e.Link)
	binary.BigEndian.PutUint32(b[28:], e.Value)
	binary.BigEndian.PutUint32(b, sum(b[4:])^uint32(e.Seq))
	return b
}

// getEvent reads one event into e without allocating.
func getEvent(k, v []byte, e *release.Event) error {
	if len(k) != 8 || len(v) < eventLen {
		return fault(bEvents, errCut)
	}
	seq := binary.BigEndian.Uint64(k)
	if binary.BigEndian.Uint32(v) != sum(v[4:eventLen])^uint32(seq) {
		return fault(bEvents, fmt.Errorf("event %d: %w", seq, errSum))
	}
	*e = release.Event{
		Seq:     seq,
		Kind:    release.EventKind(v[4]),
		Channel: release.Channel(v[5]),
		Flags:   release.Flag(v[6]),
		Asset:   v[7],
		At:      at(int64(binary.BigEndian.Uint64(v[8:]))),
		Viewer:  binary.BigEndian.Uint32(v[16:]),
		Parent:  binary.BigEndian.Uint32(v[20:]),
		Link:    binary.BigEndian.Uint32(v[24:]),
		Value:   binary.BigEndian.Uint32(v[28:]),
	}
	return nil
}

func seqKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(make([]byte, 0, 8), seq) }

func (t *tx) Append(campaign release.CampaignID, e release.Event) error {
	t.mayWrite()
	if err := named("campaign", campaign); err != nil {
		return err
	}
	c, err := t.countersOf(campaign)
	if err != nil {
		return err
	}
	t.writing()
	log, err := t.log(campaign)
	if err != nil {
		return err
	}
	e.Seq = c.seq + 1
	if err := log.Put(seqKey(e.Seq), putEvent(e)); err != nil {
		return fault(bEvents, err)
	}
	c.seq, c.changed = e.Seq, true
	return nil
}

// log gives a campaign's bucket of events, made when it is not there yet.
func (t *tx) log(campaign release.CampaignID) (*bolt.Bucket, error) {
	log := t.bucket(bEvents).Bucket([]byte(campaign))
	if log == nil {
		var err error
		if log, err = t.bucket(bEvents).CreateBucket([]byte(campaign)); err != nil {
			return nil, fault(bEvents, err)
		}
	}
	log.FillPercent = 1 // only ever appended to
	return log, nil
}

func (t *tx) Events(campaign release.CampaignID, after uint64, yield func(release.Event) bool) error {
	log := t.bucket(bEvents).Bucket([]byte(campaign))
	if log == nil || after == ^uint64(0) {
		return nil
	}
	return t.scanIn(log, nil, seqKey(after+1), func(k, v []byte) (bool, error) {
		var e release.Event
		err := getEvent(k, v, &e)
		return err == nil && yield(e), err
	})
}
