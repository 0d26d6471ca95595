package web

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"

	"rsc.io/qr"

	"passalong/release"
)

// quiet is the white margin a reader needs, in modules.
const quiet = 4

func encodeQR(link string) (*qr.Code, error) {
	code, err := qr.Encode(link, qr.M)
	if err != nil {
		return nil, &release.Error{Kind: release.Invalid, Field: "link", Key: "qr.long", Err: err}
	}
	return code, nil
}

// QRSVG draws a link as an SVG of its own size (100 %), black on white.
func QRSVG(w io.Writer, link string) error {
	code, err := encodeQR(link)
	if err != nil {
		return err
	}
	side, out := code.Size+2*quiet, bufio.NewWriter(w)
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">`, side, side)
	fmt.Fprintf(out, `<path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="`, side, side)
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			run := 0
			for code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(out, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, run, run)
				x += run
			}
		}
	}
	out.WriteString(`"/></svg>`)
	return out.Flush()
}

// QRPNG draws a link as a two-colour PNG whose side is at least the asked
// number of pixels, each module a whole number of them.
func QRPNG(w io.Writer, link string, side int) error {
	code, err := encodeQR(link)
	if err != nil {
		return err
	}
	modules := code.Size + 2*quiet
	scale := min(max((side+modules-1)/modules, 1), 64)
	img := image.NewPaletted(image.Rect(0, 0, modules*scale, modules*scale), color.Palette{color.White, color.Black})
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride : (y+1)*img.Stride]
		for x := range row {
			if code.Black(x/scale-quiet, y/scale-quiet) {
				row[x] = 1
			}
		}
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	return encoder.Encode(w, img)
}

// QRText draws a link for a terminal in half blocks, two rows a line: light
// modules are printed, as terminals are dark.
func QRText(w io.Writer, link string) error {
	code, err := encodeQR(link)
	if err != nil {
		return err
	}
	const margin = 2 // enough for a camera, and it fits 80 columns
	out := bufio.NewWriter(w)
	for y := -margin; y < code.Size+margin; y += 2 {
		for x := -margin; x < code.Size+margin; x++ {
			top, bottom := code.Black(x, y), code.Black(x, y+1)
			if y+1 >= code.Size+margin {
				bottom = true
			}
			switch {
			case top && bottom:
				out.WriteByte(' ')
			case top:
				out.WriteRune('▄')
			case bottom:
				out.WriteRune('▀')
			default:
				out.WriteRune('█')
			}
		}
		out.WriteByte('\n')
	}
	return out.Flush()
}
