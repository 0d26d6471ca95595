package release

// nearAssets is how many assets have their quarters inside a viewer's row.
const nearAssets = 16

// quarterBit gives 0 to 3 for 25, 50, 75 and 100.
func quarterBit(value uint32) (uint8, bool) {
	if value == 0 || value > 100 || value%25 != 0 {
		return 0, false
	}
	return uint8(value/25 - 1), true
}

// addQuarter folds a quarter reached; the same one twice is one.
func (f *fold) addQuarter(e *Event, v *node) {
	bit, ok := quarterBit(e.Value)
	if !ok || e.Asset == 0 {
		f.fault(e, "quarter")
		return
	}
	if e.Asset <= nearAssets {
		mask := uint64(1) << ((e.Asset-1)*4 + bit)
		if v.quarters&mask != 0 {
			return
		}
		v.quarters |= mask
		if v.counts() {
			f.tally.quarters[e.Asset][bit]++
		}
		return
	}
	f.far[farKey{e.Viewer, e.Asset}] |= 1 << bit
}

// countQuarters counts the quarters in a viewer's row.
func (f *fold) countQuarters(v *node, sign int32) {
	for asset := range nearAssets {
		four := v.quarters >> (asset * 4) & 15
		for bit := range 4 {
			if four>>bit&1 != 0 {
				f.tally.quarters[asset+1][bit] += sign
			}
		}
	}
}

// quarters gives how many viewers in reach got to each quarter of an asset.
func (f *fold) quarters(asset uint8) [4]int32 {
	if asset <= nearAssets {
		return f.tally.quarters[asset]
	}
	var out [4]int32
	for key, four := range f.far {
		if v := f.viewer(key.viewer); key.asset != asset || v == nil || !v.counts() {
			continue
		}
		for bit := range out {
			out[bit] += int32(four >> bit & 1)
		}
	}
	return out
}
