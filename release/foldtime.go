package release

import "time"

// timeline keeps claims and views by time since the first claim: by the minute
// for the first hours, by the hour for all of it.
type timeline struct {
	start   int64 // Unix microseconds of the first claim; 0 = none
	minutes []moment
	hours   []moment
}

// moment is one bucket, stacked by generation; the last stack holds that
// generation and all deeper ones.
type moment struct {
	claims, views [stacks]int32
}

const (
	stacks      = 6
	fineHours   = 6
	maxHours    = 24 * 800 // past that, all is in the last one
	fineMinutes = fineHours * 60
)

func (t *timeline) claim(at int64, generation uint32, sign int32) {
	fine, coarse := t.at(at)
	s := min(generation, stacks) - 1
	coarse.claims[s] += sign
	if fine != nil {
		fine.claims[s] += sign
	}
}

func (t *timeline) view(at int64, generation uint32, sign int32) {
	fine, coarse := t.at(at)
	s := min(generation, stacks) - 1
	coarse.views[s] += sign
	if fine != nil {
		fine.views[s] += sign
	}
}

// base is where the buckets begin: the whole hour of the first claim.
func (t *timeline) base() int64 { return t.start - t.start%int64(time.Hour/time.Microsecond) }

func (t *timeline) at(at int64) (fine, coarse *moment) {
	minute := max(0, (at-t.base())/int64(time.Minute/time.Microsecond))
	if minute < fineMinutes {
		fine = momentAt(&t.minutes, int(minute))
	}
	return fine, momentAt(&t.hours, int(min(minute/60, maxHours)))
}

func momentAt(all *[]moment, i int) *moment {
	for len(*all) <= i {
		*all = append(*all, moment{})
	}
	return &(*all)[i]
}

// trimEmpty drops the empty rows at the end; nil when all are.
func trimEmpty[T comparable](all []T) []T {
	var empty T
	for len(all) > 0 && all[len(all)-1] == empty {
		all = all[:len(all)-1]
	}
	if len(all) == 0 {
		return nil
	}
	return all
}
