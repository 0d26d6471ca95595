package web

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"passalong/release"
)

// Limit lets each key do something burst times at once and then once per
// every. It is for bad tokens, sign-in and knocks: what is valid is never
// limited by address, since a lecture hall shares one. Memory only, bounded:
// the keys that were quiet longest are forgotten first.
type Limit struct {
	mu    sync.Mutex
	keys  *lru.Cache[string, *rate.Limiter]
	every time.Duration
	burst int
	now   func() time.Time
}

// LimitKeys is how many keys a Limit remembers, about 200 bytes each.
const LimitKeys = 65536

// NewLimit makes a Limit; now is time.Now when nil.
func NewLimit(burst int, every time.Duration, now func() time.Time) *Limit {
	return newLimit(burst, every, now, LimitKeys)
}

func newLimit(burst int, every time.Duration, now func() time.Time, keys int) *Limit {
	if now == nil {
		now = time.Now
	}
	cache, err := lru.New[string, *rate.Limiter](keys)
	if err != nil {
		panic(err) // only for a size below 1
	}
	return &Limit{keys: cache, every: every, burst: burst, now: now}
}

// Take uses one try of key. When none is left it takes nothing and answers a
// TooMany that says when to come back.
func (l *Limit) Take(key string) error { return l.ask(key, true) }

// Check answers what Take would, without using a try: ask it before the work,
// Take after a failure.
func (l *Limit) Check(key string) error { return l.ask(key, false) }

func (l *Limit) ask(key string, take bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket, there := l.keys.Get(key)
	if !there {
		if !take {
			return nil
		}
		bucket = rate.NewLimiter(rate.Every(l.every), l.burst)
		l.keys.Add(key, bucket)
	}
	now := l.now()
	booked := bucket.ReserveN(now, 1)
	wait := booked.DelayFrom(now)
	if wait > 0 || !take {
		booked.CancelAt(now)
	}
	if wait > 0 {
		return release.No(release.TooMany, "too_many", "wait", wait.Round(time.Second)+time.Second)
	}
	return nil
}
