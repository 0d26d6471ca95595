package cascade

import (
	"math/big"
	"math/bits"
)

// Wide is an exact whole number from 0 to 2^128-1: the Wiener index of a chain
// passes int64 at 3.8 million viewers.
type Wide struct {
	hi, lo uint64
}

func product(a, b uint64) Wide {
	hi, lo := bits.Mul64(a, b)
	return Wide{hi, lo}
}

func (w Wide) plus(v Wide) Wide {
	lo, carry := bits.Add64(w.lo, v.lo, 0)
	hi, _ := bits.Add64(w.hi, v.hi, carry)
	return Wide{hi, lo}
}

func (w Wide) minus(v Wide) Wide {
	lo, borrow := bits.Sub64(w.lo, v.lo, 0)
	hi, _ := bits.Sub64(w.hi, v.hi, borrow)
	return Wide{hi, lo}
}

// Float64 is the nearest float, exact to 2^53.
func (w Wide) Float64() float64 { return float64(w.hi)*0x1p64 + float64(w.lo) }

// Int64 is the number if it fits.
func (w Wide) Int64() (v int64, ok bool) { return int64(w.lo), w.hi == 0 && w.lo < 1<<63 }

// Big is the number, exactly.
func (w Wide) Big() *big.Int {
	b := new(big.Int).SetUint64(w.hi)
	return b.Lsh(b, 64).Or(b, new(big.Int).SetUint64(w.lo))
}

// String is the number in decimal.
func (w Wide) String() string { return w.Big().String() }

// MarshalText writes the number in decimal.
func (w Wide) MarshalText() ([]byte, error) { return []byte(w.String()), nil }
