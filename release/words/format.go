package words

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// The spaces that keep a number together: French takes the narrow one
// everywhere, English the plain no-break one before a unit.
const (
	nbsp  = "\u00a0"
	nnbsp = "\u202f"
)

func (w Words) gap() string {
	if w.Lang() == French {
		return nnbsp
	}
	return nbsp
}

// Size is an argument in bytes, said as Bytes does.
type Size int64

// Key is an argument that is itself a key without arguments, said in the
// sentence's language ("errors.kind.video").
type Key string

// value formats an argument of a sentence.
func (w Words) value(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case Size:
		return w.Bytes(int64(x))
	case Key:
		return w.T(string(x))
	case time.Duration:
		return w.Duration(x)
	case time.Time:
		return w.Moment(x, x.Location())
	case fmt.Stringer:
		return x.String()
	case error: // never a library's text in a sentence
		return ""
	case nil:
		return ""
	}
	if n, ok := amount(v); ok {
		if n == math.Trunc(n) {
			return w.Number(int64(n))
		}
		return w.Decimal(n, 1)
	}
	return fmt.Sprint(v)
}

// Number writes a whole number with its thousands apart: 12,345 / 12 345.
func (w Words) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	sep := ","
	if w.Lang() == French {
		sep = nnbsp
	}
	var b strings.Builder
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteString(sep)
		}
		b.WriteRune(c)
	}
	return sign + b.String()
}

// Decimal writes a number with this many decimals: 1.4 / 1,4.
func (w Words) Decimal(x float64, decimals int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "–"
	}
	s := strconv.FormatFloat(math.Abs(x), 'f', decimals, 64)
	whole, frac, cut := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return "–"
	}
	out := w.Number(n)
	if cut && w.Lang() == French {
		out += "," + frac
	} else if cut {
		out += "." + frac
	}
	if x < 0 && strings.Trim(s, "0.") != "" {
		out = "−" + out
	}
	return out
}

// Percent writes a part of one: 0.84 is 84% / 84 %. Below one per cent it
// keeps a decimal, so that something small is not called nothing.
func (w Words) Percent(part float64) string {
	d := 0
	if p := math.Abs(part) * 100; p > 0 && p < 0.95 {
		d = 1
	}
	if w.Lang() == French {
		return w.Decimal(part*100, d) + nnbsp + "%"
	}
	return w.Decimal(part*100, d) + "%"
}

// Bytes writes a size in decimal units, as phones count: 28 MB / 28 Mo.
func (w Words) Bytes(n int64) string {
	x, unit := float64(n), 0
	for x >= 999.5 && unit < 4 {
		x, unit = x/1000, unit+1
	}
	d := 0
	if unit > 0 && x < 9.95 {
		d = 1
	}
	return w.Decimal(x, d) + w.gap() + w.T("units.bytes."+strconv.Itoa(unit))
}

// Duration writes a length in its two largest useful units: 42 s, 3 min 42,
// 1 h 20, 31 h, 2 d 4 h / 2 j 4 h. Negative is zero.
func (w Words) Duration(d time.Duration) string {
	s := max(int64(d.Round(time.Second)/time.Second), 0)
	unit := func(n int64, key string) string { return w.Number(n) + w.gap() + w.T("units."+key) }
	pair := func(big string, rest int64) string {
		if rest == 0 {
			return big
		}
		return big + w.gap() + fmt.Sprintf("%02d", rest)
	}
	switch h := s / 3600; {
	case s < 60:
		return unit(s, "second")
	case s < 3600:
		return pair(unit(s/60, "minute"), s%60)
	case h < 10:
		return pair(unit(h, "hour"), s%3600/60)
	case h < 48:
		return unit(h, "hour")
	case h%24 == 0 || h >= 24*14:
		return unit(h/24, "day")
	default:
		return unit(h/24, "day") + w.gap() + unit(h%24, "hour")
	}
}

// Ago tells when t was for a reader at now in loc: "3 min ago" under a day,
// the moment itself after. Something in the future counts as now.
func (w Words) Ago(t, now time.Time, loc *time.Location) string {
	switch d := now.Sub(t); {
	case d < time.Minute:
		return w.T("units.now")
	case d < time.Hour:
		return w.T("units.ago", "d", w.Duration(d.Truncate(time.Minute)))
	case d < 24*time.Hour:
		return w.T("units.ago", "d", w.Duration(d.Truncate(time.Hour)))
	default:
		return w.Moment(t, loc)
	}
}

// Time says a moment within a week of the reader: "Tuesday 18:00, Paris".
func (w Words) Time(t time.Time, loc *time.Location) string {
	t = in(t, loc)
	return w.weekday(t) + " " + t.Format("15:04") + ", " + zone(t)
}

// Date says a day: "3 March 2026" / "3 mars 2026".
func (w Words) Date(t time.Time, loc *time.Location) string {
	t = in(t, loc)
	day := strconv.Itoa(t.Day())
	if w.Lang() == French && t.Day() == 1 {
		day = "1er"
	}
	return day + nbsp + w.T("units.month."+strconv.Itoa(int(t.Month()))) + " " + strconv.Itoa(t.Year())
}

// Moment says a day and a time: "Tuesday 3 March 2026, 18:00, Paris".
func (w Words) Moment(t time.Time, loc *time.Location) string {
	t = in(t, loc)
	return w.weekday(t) + " " + w.Date(t, loc) + ", " + t.Format("15:04") + ", " + zone(t)
}

func (w Words) weekday(t time.Time) string {
	return w.T("units.weekday." + strconv.Itoa(int(t.Weekday())))
}

// Channel names a channel for people: whatsapp is WhatsApp, copy is "Copied
// link". One that is unknown is called as "other".
func (w Words) Channel(code string) string {
	if key := "units.channel." + code; w.Has(key) {
		return w.T(key)
	}
	return w.T("units.channel.other")
}

func in(t time.Time, loc *time.Location) time.Time {
	if loc == nil {
		loc = time.UTC
	}
	return t.In(loc)
}

// zone names where the clock stands: the city of a zone, else its letters.
func zone(t time.Time) string {
	name := t.Location().String()
	if i := strings.LastIndexByte(name, '/'); i >= 0 && !strings.HasPrefix(name, "Etc/") {
		return strings.ReplaceAll(name[i+1:], "_", " ")
	}
	abbr, _ := t.Zone()
	return abbr
}
