package boltdb

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"passalong/release"
)

// fans is how many claim at once, as the issue measures it.
const fans = 256

func claimID(n int64) (release.LinkID, release.ViewerID, string) {
	return release.LinkID(fmt.Sprintf("lnk_0m2k8s9d1%013d", n)), release.ViewerID(fmt.Sprintf("vwr_0m2k8s9d1%013d", n)), fmt.Sprintf("0m2k8s9d1%013d", n)
}

// claimLike does in a transaction what a claim does: reads campaign, link and
// browser, writes viewer, link, two reserved links and the event.
func claimLike(tx release.Tx, n int64) error {
	link, viewer, candidate := claimID(n)
	c, err := tx.Campaign(benchCampaign)
	if err != nil {
		return err
	}
	if _, err := tx.ViewerByCandidate(c.ID, candidate); !release.Is(err, release.NotFound) {
		return fmt.Errorf("already in: %w", err)
	}
	l, err := tx.Link(link)
	if err != nil {
		return err
	}
	no, err := tx.NextViewer(c.ID)
	if err != nil {
		return err
	}
	v := release.Viewer{ID: viewer, No: no, Campaign: c.ID, Link: link, LinkNo: l.No, Generation: 1, Channel: release.WhatsApp,
		Class: "iPhone, Instagram’s browser", Candidate: candidate, Claimed: tx.Now()}
	for i := range 2 {
		id := release.LinkID(fmt.Sprintf("lnk_0m2k8s9d%d%013d", 2+i, n))
		next, err := tx.NextLink(c.ID)
		if err != nil {
			return err
		}
		v.Reserved = append(v.Reserved, id)
		err = tx.PutLink(release.Link{ID: id, No: next, Campaign: c.ID, Kind: release.Reserved, Seats: 1, Sharer: viewer, Depth: 2,
			Kid: "k1", Expires: l.Expires, Minted: tx.Now()})
		if err != nil {
			return err
		}
	}
	if err := tx.PutViewer(v); err != nil {
		return err
	}
	l.Claimed++
	l.First = viewer
	if err := tx.PutLink(l); err != nil {
		return err
	}
	return tx.Append(c.ID, release.Event{At: tx.Now(), Kind: release.Claimed, Channel: release.WhatsApp, Viewer: no, Link: l.No, Value: 1})
}

const benchCampaign = release.CampaignID("cmp_0m2k8s9d1aaaaaaaaaaaaa")

// seed mints n links to claim.
func seed(b *testing.B, s *Store, n int64) {
	b.Helper()
	ctx := context.Background()
	err := s.Update(ctx, func(tx release.Tx) error {
		return tx.PutCampaign(release.Campaign{ID: benchCampaign, Title: "Social Club", By: "Oxmo", Hosts: []string{"a.example"}, Opens: time.Now(), For: time.Hour})
	})
	for at := int64(0); err == nil && at < n; at += 1000 {
		err = s.Update(ctx, func(tx release.Tx) error {
			for i := at; i < min(at+1000, n); i++ {
				no, err := tx.NextLink(benchCampaign)
				if err != nil {
					return err
				}
				link, _, _ := claimID(i)
				err = tx.PutLink(release.Link{ID: link, No: no, Campaign: benchCampaign, Kind: release.Seed, Seats: 1, Kid: "k1",
					Expires: 1893456000, Minted: tx.Now(), Recipient: release.Recipient{Name: "Ana", Contact: "ana@example.org"}})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		b.Fatal(err)
	}
}

// kv is one Put of the raw loop.
type kv struct {
	path [2]string // bucket, and bucket in it
	k, v []byte
}

// recorded gives the very keys and values that claims put, by reading them
// back from a store where n claims were made.
func recorded(b *testing.B, s *Store, n int64) [][]kv {
	b.Helper()
	out := make([][]kv, n)
	err := s.view(func(t *tx) error {
		for i := range n {
			link, viewer, candidate := claimID(i)
			v, err := t.Viewer(viewer)
			if err != nil {
				return err
			}
			add := func(bucket int, k []byte) {
				out[i] = append(out[i], kv{[2]string{string(bucketName(bucket))}, slices.Clone(k), slices.Clone(t.get(bucket, k))})
			}
			add(bViewers, []byte(viewer))
			add(bViewerNo, noKey(benchCampaign, v.No))
			add(bViewersBy, noKey(link, v.No))
			add(bCandidates, nameKey(benchCampaign, candidate))
			add(bLinks, []byte(link))
			for _, id := range v.Reserved {
				l, err := t.Link(id)
				if err != nil {
					return err
				}
				add(bLinks, []byte(id))
				add(bLinkNo, noKey(benchCampaign, l.No))
			}
			log := t.bucket(bEvents).Bucket([]byte(benchCampaign))
			seq := seqKey(uint64(v.No))
			out[i] = append(out[i], kv{[2]string{string(bucketName(bEvents)), string(benchCampaign)}, seq, slices.Clone(log.Get(seq))})
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return out
}

// rawLoop is the baseline: a goroutine that drains a channel into one Update
// and puts the same keys and values, nothing else.
func rawLoop(b *testing.B, path string, rows [][]kv) time.Duration {
	b.Helper()
	db, err := bolt.Open(path, 0o600, options(1<<30, false))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	type job struct {
		rows []kv
		done chan error
	}
	queue := make(chan job, maxGroup)
	go func() {
		var jobs []job
		for first := range queue {
			jobs = append(jobs[:0], first)
			for more := true; more && len(jobs) < maxGroup; {
				select {
				case j := <-queue:
					jobs = append(jobs, j)
				default:
					more = false
				}
			}
			err := db.Update(func(t *bolt.Tx) error {
				for _, j := range jobs {
					for _, r := range j.rows {
						bucket := t.Bucket([]byte(r.path[0]))
						if r.path[1] != "" {
							bucket = bucket.Bucket([]byte(r.path[1]))
						}
						if err := bucket.Put(r.k, r.v); err != nil {
							return err
						}
					}
				}
				return nil
			})
			for _, j := range jobs {
				j.done <- err
			}
		}
	}()
	took := spread(b, int64(len(rows)), func(n int64) error {
		j := job{rows[n], make(chan error, 1)}
		queue <- j
		return <-j.done
	})
	close(queue)
	return took
}

// spread runs fn for 0..n-1 from all fans and measures it.
func spread(b *testing.B, n int64, fn func(int64) error) time.Duration {
	var next atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	for range fans {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < n; i = next.Add(1) - 1 {
				if err := fn(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}

// BenchmarkUpdate256 measures durable claims at 256 concurrent fans through
// the store and through the raw loop, in turn, and reports the median ratio.
func BenchmarkUpdate256(b *testing.B) {
	const claims, rounds = 10_000, 5
	for b.Loop() {
		var ratios, ours, raws []float64
		for range rounds {
			dir := b.TempDir()
			open := func(name string) *Store {
				s, err := Open(filepath.Join(dir, name), Options{})
				if err != nil {
					b.Fatal(err)
				}
				seed(b, s, claims)
				return s
			}
			s := open("ours.db")
			took := spread(b, claims, func(n int64) error {
				return s.Update(context.Background(), func(tx release.Tx) error { return claimLike(tx, n) })
			})
			rows := recorded(b, s, claims)
			_ = s.Close()
			base := open("raw.db")
			if err := base.Update(context.Background(), func(tx release.Tx) error {
				return tx.Append(benchCampaign, release.Event{}) // the log's bucket
			}); err != nil {
				b.Fatal(err)
			}
			_ = base.Close()
			raw := rawLoop(b, filepath.Join(dir, "raw.db"), rows)
			ours, raws = append(ours, claims/took.Seconds()), append(raws, claims/raw.Seconds())
			ratios = append(ratios, raw.Seconds()/took.Seconds())
		}
		b.ReportMetric(median(ours), "claims/s")
		b.ReportMetric(median(raws), "raw/s")
		b.ReportMetric(median(ratios), "ratio")
	}
	b.ReportMetric(0, "ns/op")
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// BenchmarkFollow reads a campaign's log from its start as a rebuild does.
func BenchmarkFollow(b *testing.B) {
	const events = 1_000_000
	s := openTest(b, Options{NoSync: true})
	for range events / 10_000 {
		err := s.Update(context.Background(), func(tx release.Tx) error {
			for range 10_000 {
				if err := tx.Append("cmp_a", release.Event{At: tx.Now(), Kind: release.Claimed, Viewer: 7}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	start, n := time.Now(), 0
	for b.Loop() {
		read := 0
		err := s.Follow(context.Background(), "cmp_a", 0, func(e []release.Event) error {
			if read += len(e); read == events {
				return context.Canceled
			}
			return nil
		})
		if err != context.Canceled || read != events {
			b.Fatal(read, err)
		}
		n += read
	}
	b.ReportMetric(float64(time.Since(start).Nanoseconds())/float64(n), "ns/event")
}

// BenchmarkRows measures what a claim decodes and encodes.
func BenchmarkRows(b *testing.B) {
	l := release.Link{ID: "lnk_0m2k8s9d1aaaaaaaaaaaaa", No: 7, Campaign: benchCampaign, Kind: release.Seed, Seats: 1, Kid: "k1",
		Expires: 1893456000, Minted: time.Now(), Recipient: release.Recipient{Name: "Ana", Contact: "ana@example.org"}}
	row, err := encode(linkOut(l))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("encode", func(b *testing.B) {
		for b.Loop() {
			_, _ = encode(linkOut(l))
		}
	})
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			r, _ := decode[linkRow](bLinks, row)
			_ = r.in()
		}
	})
}

// BenchmarkOpen measures a start on a file of 200,000 claims' size.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "passalong.db")
	s, err := Open(path, Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	seed(b, s, 200_000)
	_ = s.Close()
	for b.Loop() {
		s, err := Open(path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		_ = s.Close()
	}
}
