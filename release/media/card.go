package media

import (
	_ "embed"
	"image"
	"image/color"
	"math"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Outfit, by the Outfit Project Authors, SIL Open Font License 1.1 (font/LICENSE).
var (
	//go:embed font/Outfit-Bold.ttf
	outfitBold []byte
	//go:embed font/Outfit-Medium.ttf
	outfitMedium []byte
)

type faces struct{ bold, medium *opentype.Font }

var fonts = sync.OnceValues(func() (faces, error) {
	bold, err := opentype.Parse(outfitBold)
	if err != nil {
		return faces{}, err
	}
	medium, err := opentype.Parse(outfitMedium)
	return faces{bold, medium}, err
})

// DrawCard draws a campaign's card when there is no picture: a gradient from
// the accent colour ("#C2410C"; unreadable is ember) with the title set large
// and who it is by below. Characters the font lacks (emoji, other scripts) are
// left out; a title of nothing else leaves the gradient alone. The result is a
// JPEG of 1200×630 below 300 KB.
func DrawCard(title, by, accent string) ([]byte, error) {
	img, err := drawCard(title, by, accent)
	if err != nil {
		return nil, err
	}
	return encode(img, cardBytes)
}

func drawCard(title, by, accent string) (*image.RGBA, error) {
	f, err := fonts()
	if err != nil {
		return nil, err
	}
	img := gradient(CardWidth, CardHeight, parseAccent(accent))
	const margin, width = 84, CardWidth - 2*84
	title, by = printable(f.bold, title), printable(f.medium, by)
	byFace, err := opentype.NewFace(f.medium, &opentype.FaceOptions{Size: 34, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, err
	}
	defer byFace.Close()
	base := CardHeight - margin
	if by != "" {
		text(img, byFace, fit(byFace, by, width), margin, base, color.RGBA{0xe6, 0xdf, 0xd8, 0xff})
		base -= 74
	}
	// The largest size at which the title takes at most three lines.
	for size := 118.0; ; size -= 8 {
		face, err := opentype.NewFace(f.bold, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			return nil, err
		}
		lines, whole := wrap(face, title, width, 3)
		if whole || size <= 62 {
			leading := int(size * 1.06)
			for i, line := range lines {
				text(img, face, line, margin-int(size/22), base-(len(lines)-1-i)*leading, color.White)
			}
			return img, face.Close()
		}
		face.Close()
	}
}

// wrap breaks a title into at most n lines; whole tells that all of it fits.
func wrap(face font.Face, title string, width, n int) (lines []string, whole bool) {
	whole = true
	words := strings.Fields(title)
	for i := 0; i < len(words); {
		line := words[i]
		i++
		for i < len(words) && advance(face, line+" "+words[i]) <= width {
			line += " " + words[i]
			i++
		}
		last := len(lines) == n-1
		if last && i < len(words) {
			line, whole = fit(face, line+" "+strings.Join(words[i:], " "), width), false
		} else if advance(face, line) > width {
			line, whole = fit(face, line, width), false
		}
		lines = append(lines, line)
		if last {
			break
		}
	}
	return lines, whole
}

// fit shortens a line with an ellipsis until it is no wider than width.
func fit(face font.Face, line string, width int) string {
	if advance(face, line) <= width {
		return line
	}
	r := []rune(line)
	if len(r) > 400 {
		r = r[:400]
	}
	for len(r) > 0 && advance(face, strings.TrimRight(string(r), " ,.;:")+"…") > width {
		r = r[:len(r)-1]
	}
	return strings.TrimRight(string(r), " ,.;:") + "…"
}

func advance(face font.Face, s string) int { return font.MeasureString(face, s).Ceil() }

func text(img *image.RGBA, face font.Face, s string, x, y int, c color.Color) {
	d := font.Drawer{Dst: img, Src: image.NewUniform(c), Face: face, Dot: fixed.P(x, y)}
	d.DrawString(s)
}

// printable keeps what the font can draw, with spaces of all kinds as one.
func printable(f *opentype.Font, s string) string {
	var buf sfnt.Buffer
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > 1000 {
			break
		}
		if unicode.IsSpace(r) || r == '\u202f' {
			b.WriteByte(' ')
			continue
		}
		if i, err := f.GlyphIndex(&buf, r); err == nil && i != 0 && !unicode.IsControl(r) {
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// parseAccent reads #rgb or #rrggbb; ember for anything else.
func parseAccent(s string) color.RGBA {
	s = strings.TrimPrefix(strings.TrimSpace(s), "#")
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	v, err := strconv.ParseUint(s, 16, 32)
	if err != nil || len(s) != 6 {
		v = 0xC2410C
	}
	return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 0xff}
}

// gradient is the campaign's colour as a light low on the right of a dark
// room. The text's corner stays dark enough for white at any accent.
func gradient(w, h int, accent color.RGBA) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	lin := func(v uint8) float64 { return math.Pow(float64(v)/255, 2.2) }
	ar, ag, ab := lin(accent.R), lin(accent.G), lin(accent.B)
	// A very light accent is brought down, so that white stays readable over it.
	if y := 0.2126*ar + 0.7152*ag + 0.0722*ab; y > 0.30 {
		k := 0.30 / y
		ar, ag, ab = ar*k, ag*k, ab*k
	}
	const dark = 0.0065
	seed := uint32(1)
	for y := range h {
		for x := range w {
			u, v := float64(x)/float64(w), float64(y)/float64(h)
			glow := math.Exp(-((u-0.92)*(u-0.92)*2.6 + (v-0.12)*(v-0.12)*2.2))
			core := math.Exp(-((u-0.95)*(u-0.95)*14 + (v-0.06)*(v-0.06)*9))
			deep := 0.16 * math.Exp(-((u-0.05)*(u-0.05)*3 + (v-1.05)*(v-1.05)*4))
			k := 0.78*glow + deep
			px := img.Pix[img.PixOffset(x, y):]
			// A little noise keeps JPEG from drawing steps into the dark.
			seed = seed*1664525 + 1013904223
			noise := (float64(seed>>24)/255 - 0.5) * 1.6
			for i, c := range [3]float64{ar, ag, ab} {
				warm := core * 0.35 * [3]float64{1, 0.72, 0.42}[i]
				lit := dark + c*k + warm*(0.25+0.75*c)
				px[i] = uint8(min(255, max(0, 255*math.Pow(lit, 1/2.2)+noise)))
			}
			px[3] = 0xff
		}
	}
	return img
}
