package boltdb

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"passalong/release"
)

// The buckets. Their names are stored: never rename.
const (
	bMeta        = iota
	bCounters    // campaign → links, viewers, last event
	bCampaigns   // campaign → row
	bAssets      // asset → row
	bAssetNo     // campaign 0 number 0 asset → nothing
	bLinks       // link → row
	bLinkNo      // campaign 0 number → link
	bLinksOf     // sharer 0 number → link, reserved ones left out
	bViewers     // viewer → row
	bViewerNo    // campaign 0 number → viewer
	bViewersBy   // link 0 number → viewer
	bCandidates  // campaign 0 candidate → viewer
	bProgress    // viewer → row
	bProgressOf  // campaign 0 viewer → nothing
	bSightings   // link 0 kind 0 class → row
	bSightingsOf // campaign 0 link → nothing
	bEvents      // campaign → bucket of number → event
	bBlobs       // kind 0 key → value
	buckets
)

func bucketName(i int) []byte {
	return []byte([buckets]string{"meta", "counters", "campaigns", "assets", "asset-no", "links", "link-no", "links-of",
		"viewers", "viewer-no", "viewers-by", "candidates", "progress", "progress-of", "sightings", "sightings-of",
		"events", "blobs"}[i])
}

// tx is one fn's sight of a bolt transaction, which a group shares.
type tx struct {
	s    *Store
	b    *bolt.Tx
	open [buckets]*bolt.Bucket

	writable bool
	cache    *cache
	dirty    bool // an fn before this one in the group wrote

	// This fn alone:
	time    time.Time
	wrote   bool
	counted bool // took a number; gaps are allowed, so this alone undoes nothing
	writes  int  // grows with each write: cursors seek again
}

var _ release.Tx = (*tx)(nil)

func newTx(s *Store, b *bolt.Tx) *tx { return &tx{s: s, b: b} }

// begin makes the transaction the next fn's.
func (t *tx) begin() { t.time, t.wrote, t.counted = time.Time{}, false, false }

// Now stands still while fn runs.
func (t *tx) Now() time.Time {
	if t.time.IsZero() {
		t.time = t.s.clock.now()
	}
	return t.time
}

func (t *tx) bucket(i int) *bolt.Bucket {
	if t.open[i] == nil {
		t.open[i] = t.b.Bucket(bucketName(i))
		if t.open[i] == nil {
			panic(fmt.Sprintf("boltdb: bucket %s is missing", bucketName(i)))
		}
	}
	return t.open[i]
}

// mayWrite panics in a View: a write there is a programmer's mistake.
func (t *tx) mayWrite() {
	if !t.writable {
		panic("boltdb: a write inside a View")
	}
}

// writing notes that from here on fn cannot fail without a trace.
func (t *tx) writing() {
	t.mayWrite()
	t.wrote = true
	t.writes++
}

func (t *tx) get(bucket int, key []byte) []byte { return t.bucket(bucket).Get(key) }

// put keeps a row. The value must stay unchanged until the commit.
func (t *tx) put(bucket int, key, value []byte) error {
	t.writing()
	if err := t.bucket(bucket).Put(key, value); err != nil {
		return fault(bucket, err)
	}
	return nil
}

func (t *tx) delete(bucket int, key []byte) error {
	t.writing()
	if err := t.bucket(bucket).Delete(key); err != nil {
		return fault(bucket, err)
	}
	return nil
}

// scan calls fn with the keys from first on that begin with prefix, in order,
// until fn returns false or an error. fn may write.
func (t *tx) scan(bucket int, prefix, first []byte, fn func(k, v []byte) (bool, error)) error {
	return t.scanIn(t.bucket(bucket), prefix, first, fn)
}

func (t *tx) scanIn(b *bolt.Bucket, prefix, first []byte, fn func(k, v []byte) (bool, error)) error {
	cursor := b.Cursor()
	var last []byte
	for k, v := cursor.Seek(first); k != nil && bytes.HasPrefix(k, prefix); {
		if t.writable {
			last = append(last[:0], k...) // a write may move the page under k
		}
		writes := t.writes
		more, err := fn(k, v)
		if err != nil || !more {
			return err
		}
		if t.writes != writes {
			if k, v = cursor.Seek(last); bytes.Equal(k, last) {
				k, v = cursor.Next()
			}
			continue
		}
		k, v = cursor.Next()
	}
	return nil
}

// nameKey makes "a 0 b": the names of an index key in order.
func nameKey[A, B ~string](a A, b B) []byte {
	k := make([]byte, 0, len(a)+1+len(b))
	k = append(k, a...)
	k = append(k, 0)
	return append(k, b...)
}

// noKey makes "a 0 number".
func noKey[A ~string](a A, no uint32) []byte {
	k := make([]byte, 0, len(a)+5)
	k = append(k, a...)
	k = append(k, 0)
	return binary.BigEndian.AppendUint32(k, no)
}

// named refuses an id that cannot be part of a key.
func named[A ~string](field string, id A) error {
	if id == "" || len(id) > maxKey || strings.IndexByte(string(id), 0) >= 0 {
		return release.Bad(field, "store.key")
	}
	return nil
}

// maxKey bounds names in keys, in bytes.
const maxKey = 200

func none(key string) error { return release.No(release.NotFound, key) }

// fault is a row or a write that bbolt refused: ours, never the caller's.
func fault(bucket int, err error) error {
	return &release.Error{Kind: release.Internal, Err: fmt.Errorf("%s: %w", bucketName(bucket), err)}
}
