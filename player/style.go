package player

import (
	_ "embed"
	"html/template"
	"math"
	"strconv"
	"strings"

	"passalong/release"
)

//go:embed templates/base.css
var baseCSS string

// ember is the accent of a campaign that chose none.
const ember = "#C2410C"

// The pages' grounds, as base.css has them: text in the accent colour is made
// readable on these.
const (
	darkGround  = "#141312"
	lightGround = "#FBFAF7"
)

// styleOf is the shared style in a campaign's colours: --accent, --on-accent
// (text on it), --accent-dark and --accent-light (the accent as text on a dark
// and on a light page, at least AA).
func styleOf(c release.Campaign) template.CSS {
	accent, ok := parseColour(c.Accent)
	if !ok {
		accent, _ = parseColour(ember)
	}
	return template.CSS(":root{--accent:" + accent.hex() + ";--on-accent:" + onColour(accent) +
		";--accent-dark:" + readable(accent, darkGround).hex() + ";--accent-light:" + readable(accent, lightGround).hex() + "}" + baseCSS)
}

type colour struct{ r, g, b float64 } // 0 to 1, as written (sRGB)

func parseColour(s string) (colour, bool) {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "#"), 16, 32)
	if err != nil || len(s) != 7 || s[0] != '#' {
		return colour{}, false
	}
	return colour{float64(n>>16) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}, true
}

func (c colour) hex() string {
	n := uint64(math.Round(c.r*255))<<16 | uint64(math.Round(c.g*255))<<8 | uint64(math.Round(c.b*255))
	s := strconv.FormatUint(n, 16)
	return "#" + strings.Repeat("0", 6-len(s)) + s
}

// light is WCAG's relative luminance.
func (c colour) light() float64 {
	lin := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(c.r) + 0.7152*lin(c.g) + 0.0722*lin(c.b)
}

func contrast(a, b colour) float64 {
	x, y := a.light(), b.light()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// onColour is the text on a ground: white or ink, whichever is read better.
// One of the two always reaches 4.5.
func onColour(ground colour) string {
	white, ink := colour{1, 1, 1}, colour{}
	if contrast(ground, white) >= contrast(ground, ink) {
		return white.hex()
	}
	return ink.hex()
}

// readable moves a colour towards white or black until it is read as text on
// a ground, with a little to spare.
func readable(c colour, on string) colour {
	ground, _ := parseColour(on)
	to := 1.0
	if ground.light() > 0.5 {
		to = 0
	}
	for range 40 {
		if contrast(c, ground) >= 4.6 {
			return c
		}
		c = colour{c.r + (to-c.r)*0.1, c.g + (to-c.g)*0.1, c.b + (to-c.b)*0.1}
	}
	return colour{to, to, to}
}
