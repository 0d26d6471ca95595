package cascade

import "math"

// Szabo fits Szabo and Huberman's constant growth: the mean of
// ln(final/known) over finished campaigns that had MinForecast viewers at the
// elapsed part of their window. Known times e^growth is their figure for the
// typical campaign (without the half variance that serves the mean). ok is
// false without any.
func Szabo(done []Finished, elapsed float64) (growth float64, ok bool) {
	var n float64
	for _, d := range done {
		known, final := d.counts(elapsed)
		if known >= MinForecast {
			n++
			growth += math.Log(float64(final) / float64(known))
		}
	}
	if n == 0 {
		return 0, false
	}
	return growth / n, true
}

// at is the instant at an elapsed part of the window.
func (d Finished) at(elapsed float64) int64 {
	return d.Start + int64(elapsed*float64(d.End-d.Start))
}

// counts are the viewers then and at the end.
func (d Finished) counts(elapsed float64) (known, final int) {
	at := d.at(elapsed)
	for _, t := range d.Forest.At {
		if t > d.End {
			break
		}
		if final++; t <= at {
			known++
		}
	}
	return known, final
}
