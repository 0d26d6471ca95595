package release_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"passalong/release"
	"passalong/release/boltdb"
	"passalong/release/releasetest"
)

const (
	benchFans   = 256
	benchClaims = 12_000
)

// BenchmarkDurableClaims measures claims of 256 fans at once through the rules
// on a real file, against a raw loop that drains a channel into one bbolt
// Update with the same keys and values: alternating rounds, median of 5.
func BenchmarkDurableClaims(b *testing.B) {
	var ours, raws, ratios []float64
	for range 5 {
		rate, rows := claimsPerSecond(b)
		raw := rawPerSecond(b, rows)
		ours, raws, ratios = append(ours, rate), append(raws, raw), append(ratios, rate/raw)
	}
	slices.Sort(ours)
	slices.Sort(raws)
	slices.Sort(ratios)
	b.ReportMetric(ours[2], "claims/s")
	b.ReportMetric(raws[2], "raw/s")
	b.ReportMetric(ratios[2], "ratio")
	b.ReportMetric(0, "ns/op")
	if ratios[2] < 0.4 {
		b.Logf("below the goal of 0.4: %.2f", ratios[2])
	}
}

// row is one stored pair with the path of its bucket.
type row struct {
	bucket     []string
	key, value []byte
}

func claimsPerSecond(b *testing.B) (float64, []row) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "ours.db")
	store, err := boltdb.Open(path, boltdb.Options{})
	if err != nil {
		b.Fatal(err)
	}
	service := release.New(release.Options{Store: store, Kid: func() string { return "1" }})
	c := must[release.Campaign](b)(service.CreateCampaign(bg, release.NewCampaign("Bench")))
	must[release.Asset](b)(service.AddAsset(bg, release.Asset{Campaign: c.ID, Kind: release.Video, Duration: 60}))
	must[release.Campaign](b)(service.Release(bg, c.ID, time.Time{}))
	links := must[[]release.Link](b)(service.Mint(bg, c.ID, make([]release.Order, benchClaims)))
	start := time.Now()
	parallel(func(i int) {
		if _, err := service.Claim(context.Background(), release.ClaimInput{Link: links[i].ID, Candidate: releasetest.Browser(fmt.Sprint(i))}); err != nil {
			b.Error(err)
		}
	})
	rate := benchClaims / time.Since(start).Seconds()
	if err := service.Close(); err != nil {
		b.Fatal(err)
	}
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
	return rate, dump(b, path)
}

// parallel runs work(0..benchClaims-1) from benchFans goroutines.
func parallel(work func(int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range benchFans {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < benchClaims; i = next.Add(1) - 1 {
				work(int(i))
			}
		})
	}
	wg.Wait()
}

func dump(b *testing.B, path string) []row {
	b.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	var rows []row
	var walk func(path []string, in *bbolt.Bucket) error
	walk = func(path []string, in *bbolt.Bucket) error {
		return in.ForEach(func(k, v []byte) error {
			if v == nil {
				return walk(append(slices.Clone(path), string(k)), in.Bucket(k))
			}
			rows = append(rows, row{path, slices.Clone(k), slices.Clone(v)})
			return nil
		})
	}
	if err := db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, in *bbolt.Bucket) error { return walk([]string{string(name)}, in) })
	}); err != nil {
		b.Fatal(err)
	}
	return rows
}

// rawPerSecond writes every row again, an equal share of each bucket's rows
// per claim, in one goroutine that drains what waits into one Update.
func rawPerSecond(b *testing.B, rows []row) float64 {
	b.Helper()
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "raw.db"), 0o600, &bbolt.Options{NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, InitialMmapSize: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	shares := make([][]row, benchClaims)
	byBucket := map[string][]row{}
	var names []string
	for _, r := range rows {
		name := fmt.Sprint(r.bucket)
		if byBucket[name] == nil {
			names = append(names, name)
		}
		byBucket[name] = append(byBucket[name], r)
	}
	for _, name := range names {
		for i, r := range byBucket[name] {
			n := i * benchClaims / len(byBucket[name])
			shares[n] = append(shares[n], r)
		}
	}
	type job struct {
		rows []row
		done chan error
	}
	jobs := make(chan job, benchFans)
	go func() {
		for first := range jobs {
			batch := []job{first}
			for more := true; more && len(batch) < benchFans; {
				select {
				case j := <-jobs:
					batch = append(batch, j)
				default:
					more = false
				}
			}
			err := db.Update(func(tx *bbolt.Tx) error {
				for _, j := range batch {
					for _, r := range j.rows {
						in, err := tx.CreateBucketIfNotExists([]byte(r.bucket[0]))
						for _, name := range r.bucket[1:] {
							if err == nil {
								in, err = in.CreateBucketIfNotExists([]byte(name))
							}
						}
						if err != nil {
							return err
						}
						if err := in.Put(r.key, r.value); err != nil {
							return err
						}
					}
				}
				return nil
			})
			for _, j := range batch {
				j.done <- err
			}
		}
	}()
	start := time.Now()
	parallel(func(i int) {
		j := job{shares[i], make(chan error, 1)}
		jobs <- j
		if err := <-j.done; err != nil {
			b.Error(err)
		}
	})
	rate := benchClaims / time.Since(start).Seconds()
	close(jobs)
	return rate
}
