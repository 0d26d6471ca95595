package media

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// inspectImage reads the size before anything is decoded, and looks for the
// end where the format marks one.
func inspectImage(r io.ReaderAt, size int64, format string, o Options) (Info, error) {
	c, err := decodeConfig(io.NewSectionReader(r, 0, size), format)
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return Info{}, errBroken
	}
	if int64(c.Width)*int64(c.Height) > o.Pixels {
		return Info{}, refuse("file.too_many_pixels", nil, "width", c.Width, "height", c.Height)
	}
	tail := make([]byte, min(size, 64<<10)) // cameras append previews and padding
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return Info{}, err
	}
	end := map[string]string{"jpeg": "\xff\xd9", "png": "IEND", "gif": "\x3b"}[format]
	if !bytes.Contains(tail, []byte(end)) {
		return Info{}, errBroken
	}
	return Info{Kind: Image, Mime: "image/" + format, Width: c.Width, Height: c.Height, IndexFirst: true}, nil
}

func decodeConfig(r io.Reader, format string) (image.Config, error) {
	switch format {
	case "jpeg":
		return jpeg.DecodeConfig(r)
	case "png":
		return png.DecodeConfig(r)
	case "gif":
		return gif.DecodeConfig(r)
	}
	return webp.DecodeConfig(r)
}

// DecodeImage reads a JPEG, PNG, WebP or GIF (its first frame) whose pixels
// stay below the cap of o; anything else is an *Error.
func DecodeImage(r io.ReaderAt, size int64, name string, o Options) (image.Image, error) {
	info, err := Inspect(r, size, name, o)
	if err != nil {
		return nil, err
	}
	if info.Kind != Image {
		return nil, notWhatItSays(CleanName(name), Image, nil)
	}
	src := io.NewSectionReader(r, 0, size)
	var img image.Image
	switch info.Mime {
	case "image/jpeg":
		img, err = jpeg.Decode(src)
		if err == nil {
			img = upright(img, orientation(io.NewSectionReader(r, 0, size)))
		}
	case "image/png":
		img, err = png.Decode(src)
	case "image/gif":
		img, err = gif.Decode(src)
	default:
		img, err = webp.Decode(src)
	}
	if err != nil {
		return nil, refuse("file.broken", err, "name", CleanName(name))
	}
	return img, nil
}

// orientation finds the EXIF orientation (1 to 8) of a JPEG, 1 when there is
// none: phones store portraits lying down.
func orientation(r io.Reader) int {
	head := make([]byte, 64<<10)
	n, _ := io.ReadFull(r, head)
	head = head[:n]
	i := bytes.Index(head, []byte("Exif\x00\x00"))
	if i < 0 || len(head) < i+14 {
		return 1
	}
	t := head[i+6:]
	u16, u32 := le16, le32
	if string(t[:2]) == "MM" {
		u16, u32 = be16, be32
	}
	at := int64(u32(t, 4))
	for k, entries := int64(0), int64(u16(t, at)); k < min(entries, 200); k++ {
		if e := at + 2 + 12*k; u16(t, e) == 0x0112 {
			if v := int(u16(t, e+8)); v >= 1 && v <= 8 {
				return v
			}
		}
	}
	return 1
}

func byteAt(t []byte, i int64) uint32 {
	if i < 0 || i >= int64(len(t)) {
		return 0
	}
	return uint32(t[i])
}

func le16(t []byte, i int64) uint32 { return byteAt(t, i) | byteAt(t, i+1)<<8 }
func be16(t []byte, i int64) uint32 { return byteAt(t, i)<<8 | byteAt(t, i+1) }
func le32(t []byte, i int64) uint32 { return le16(t, i) | le16(t, i+2)<<16 }
func be32(t []byte, i int64) uint32 { return be16(t, i)<<16 | be16(t, i+2) }

// upright turns an image as its orientation asks.
func upright(img image.Image, o int) image.Image {
	if o <= 1 || o > 8 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	ow, oh := w, h
	if o >= 5 {
		ow, oh = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, ow, oh))
	for y := range oh {
		for x := range ow {
			sx, sy := x, y
			if o >= 5 {
				sx, sy = y, x
			}
			if o == 2 || o == 3 || o == 7 || o == 8 {
				sx = w - 1 - sx
			}
			if o == 3 || o == 4 || o == 6 || o == 7 {
				sy = h - 1 - sy
			}
			out.Set(x, y, img.At(b.Min.X+sx, b.Min.Y+sy))
		}
	}
	return out
}
