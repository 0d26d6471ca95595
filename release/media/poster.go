package media

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"

	"golang.org/x/image/draw"
)

// Sizes of what a landing page and a chat message load.
const (
	PosterWidth = 1080
	posterBytes = 120_000
	CardWidth   = 1200
	CardHeight  = 630
	cardBytes   = 300_000
)

// Poster makes the landing page's picture: a JPEG of at most 1080 pixels
// across and 120 KB, in the image's own shape. It returns its size in pixels,
// for the page to reserve.
func Poster(img image.Image) (jpg []byte, width, height int, err error) {
	b := img.Bounds()
	if b.Empty() {
		return nil, 0, 0, refuse("file.broken", errors.New("empty image"), "name", "")
	}
	w, h := b.Dx(), b.Dy()
	if w > PosterWidth {
		w, h = PosterWidth, max(1, h*PosterWidth/w)
	}
	if h > 2*PosterWidth { // a strip of comics: no page shows more at once
		w, h = max(1, w*2*PosterWidth/h), 2*PosterWidth
	}
	return squeeze(img, w, h, posterBytes)
}

// Card makes the picture of a chat message: 1200×630, under 300 KB, cut from
// the middle, a little above it for portraits, where faces are.
func Card(img image.Image) ([]byte, error) {
	b := img.Bounds()
	if b.Empty() {
		return nil, refuse("file.broken", errors.New("empty image"), "name", "")
	}
	cut := b
	if b.Dx()*CardHeight > b.Dy()*CardWidth {
		w := max(1, b.Dy()*CardWidth/CardHeight)
		cut.Min.X += (b.Dx() - w) / 2
		cut.Max.X = cut.Min.X + w
	} else {
		h := max(1, b.Dx()*CardHeight/CardWidth)
		cut.Min.Y += (b.Dy() - h) * 2 / 5
		cut.Max.Y = cut.Min.Y + h
	}
	dst := canvas(CardWidth, CardHeight)
	draw.CatmullRom.Scale(dst, dst.Bounds(), img, cut, draw.Over, nil)
	return encode(dst, cardBytes)
}

// squeeze scales, then lowers quality, then size, until it fits.
func squeeze(img image.Image, w, h, most int) ([]byte, int, int, error) {
	for {
		dst := canvas(w, h)
		draw.CatmullRom.Scale(dst, dst.Bounds(), img, img.Bounds(), draw.Over, nil)
		jpg, err := encode(dst, most)
		if err == nil {
			return jpg, w, h, nil
		}
		if !errors.Is(err, errTooLarge) || w < 64 {
			return nil, 0, 0, err
		}
		w, h = max(1, w*3/4), max(1, h*3/4)
	}
}

var errTooLarge = errors.New("does not fit at any quality")

// encode steps the quality down until the JPEG fits.
func encode(img image.Image, most int) ([]byte, error) {
	for quality := 86; quality >= 50; quality -= 6 {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		if b.Len() <= most {
			return b.Bytes(), nil
		}
	}
	return nil, errTooLarge
}

// canvas is dark, so that what is transparent looks right on the fan's page.
func canvas(w, h int) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.RGBA{0x14, 0x13, 0x12, 0xff}), image.Point{}, draw.Src)
	return dst
}
