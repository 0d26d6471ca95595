package release

import (
	"math/bits"
	"time"
)

// latencies is a distribution of times between two acts in fixed logarithmic
// buckets: eight to a doubling, so that a quantile is within 6 % of the true
// one, from a beat of a second to thirteen years, and a time can be taken out
// again.
type latencies struct {
	n       int
	buckets [240]int32
}

// latencyBucket places a time in tenths of a second.
func latencyBucket(d uint32) int {
	if d < 8 {
		return int(d)
	}
	e := bits.Len32(d) - 4
	return 8 + e*8 + int(d>>e) - 8
}

// add puts a time as the fold keeps it (tenths of a second plus one) in or out.
func (s *latencies) add(kept uint32, sign int32) {
	s.n += int(sign)
	s.buckets[latencyBucket(kept-1)] += sign
}

// quantile gives the nearest-rank quantile, false when there is nothing.
func (s *latencies) quantile(q float64) (time.Duration, bool) {
	if s.n == 0 {
		return 0, false
	}
	rank := max(1, int(q*float64(s.n)+0.999999))
	for i, c := range s.buckets {
		rank -= int(c)
		if rank <= 0 {
			return latencyMiddle(i), true
		}
	}
	return 0, false
}

func latencyMiddle(i int) time.Duration {
	const unit = 100 * time.Millisecond
	if i < 8 {
		return time.Duration(i) * unit
	}
	e := (i - 8) / 8
	low := uint64(i-8-e*8+8) << e
	return time.Duration(low*2+(1<<e)-1) * unit / 2
}
