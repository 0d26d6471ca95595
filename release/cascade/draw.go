package cascade

import (
	"math"
	"math/rand/v2"
)

// poisson draws by inversion; from 30 on the rounded normal is within a
// percent of it.
func poisson(mean float64, rng *rand.Rand) float64 {
	switch {
	case mean <= 0:
		return 0
	case mean >= 30:
		return max(math.Round(mean+math.Sqrt(mean)*rng.NormFloat64()), 0)
	}
	u, p, x := rng.Float64(), math.Exp(-mean), 0.0
	for u >= p && x < 200 {
		u -= p
		x++
		p *= mean / x
	}
	return x
}

// gammaDraw draws Gamma(shape, 1) by Marsaglia and Tsang. A tiny shape mostly
// gives 0, as it should.
func gammaDraw(shape float64, rng *rand.Rand) float64 {
	if shape <= 0 {
		return 0
	}
	scale := 1.0
	if shape < 1 {
		scale = math.Exp(math.Log(1-rng.Float64()) / shape)
		if scale == 0 {
			return 0
		}
		shape++
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v *= v * v
		u := 1 - rng.Float64()
		if u < 1-0.0331*x*x*x*x || math.Log(u) < x*x/2+d*(1-v+math.Log(v)) {
			return d * v * scale
		}
	}
}
