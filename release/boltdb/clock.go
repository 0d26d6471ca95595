package boltdb

import (
	"sync/atomic"
	"time"
)

// clock never runs backwards: what a rule was told once is the least it will
// be told again, also after a restart (the mark is part of every commit).
type clock struct {
	wall func() time.Time
	mark atomic.Int64 // microseconds: the highest time given so far
}

// now gives the wall clock or the mark, whichever is later.
func (c *clock) now() time.Time {
	us := c.wall().UnixMicro()
	for {
		mark := c.mark.Load()
		if us <= mark {
			return time.UnixMicro(mark).UTC()
		}
		if c.mark.CompareAndSwap(mark, us) {
			return time.UnixMicro(us).UTC()
		}
	}
}
