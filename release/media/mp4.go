package media

import (
	"encoding/binary"
	"io"
	"math"
	"strings"
	"time"
)

// The readers here walk boxes by hand: the ready-made libraries read a box as
// large as its header says, or descend as deep as a file nests, before a
// caller can refuse.

const (
	boxesAtMost = 200_000 // a three hour clip in one second fragments has 33,000
	moovAtMost  = 128 << 20
)

// box is one ISO base media box: its content lies in [from, to).
type box struct {
	kind         string
	at, from, to int64
}

// walker visits boxes and counts them, so that nothing hostile runs long.
type walker struct {
	r    io.ReaderAt
	left int
}

// each calls fn for the boxes in [from, to).
func (w *walker) each(from, to int64, fn func(box) error) error {
	var h [16]byte
	for at := from; at+8 <= to; {
		if w.left--; w.left < 0 {
			return errBroken
		}
		if _, err := w.r.ReadAt(h[:8], at); err != nil {
			return errBroken
		}
		b := box{kind: string(h[4:8]), at: at, from: at + 8}
		size := int64(binary.BigEndian.Uint32(h[:4]))
		switch size {
		case 0:
			size = to - at
		case 1:
			if _, err := w.r.ReadAt(h[:16], at); err != nil {
				return errBroken
			}
			large := binary.BigEndian.Uint64(h[8:16])
			if large > math.MaxInt64 {
				return errBroken
			}
			size, b.from = int64(large), at+16
		}
		if size < b.from-at || size > to-at {
			return errBroken
		}
		b.to = at + size
		if err := fn(b); err != nil {
			return err
		}
		at = b.to
	}
	return nil
}

// content reads a small box whole.
func (w *walker) content(b box, most int64) ([]byte, error) {
	if b.to-b.from > most {
		return nil, errBroken
	}
	p := make([]byte, b.to-b.from)
	if _, err := w.r.ReadAt(p, b.from); err != nil && err != io.EOF {
		return nil, errBroken
	}
	return p, nil
}

// track is what one trak says.
type track struct {
	handler       string
	codec         string
	profile       string
	id            uint32
	width, height int
	scale         uint64
	duration      uint64
	samples       uint64
	turned        bool
}

func inspectMP4(r io.ReaderAt, size int64, o Options) (Info, error) {
	w := &walker{r: r, left: boxesAtMost}
	var tracks []track
	var movieScale, movieLength, lastFragment uint64
	var moovAt, mdatAt int64 = -1, -1
	brand := "qt  " // a QuickTime file of old has no ftyp
	info := Info{}
	err := w.each(0, size, func(b box) error {
		switch b.kind {
		case "ftyp":
			if p, err := w.content(b, 4096); err == nil && len(p) >= 4 {
				brand = string(p[:4])
			}
		case "mdat":
			if mdatAt < 0 {
				mdatAt = b.at
			}
		case "moov":
			if moovAt >= 0 || b.to-b.from > moovAtMost {
				return errBroken
			}
			moovAt = b.at
			return w.each(b.from, b.to, func(b box) error {
				switch b.kind {
				case "mvhd":
					p, err := w.content(b, 256)
					if err != nil {
						return err
					}
					movieScale, movieLength = lengthOf(p)
				case "mvex":
					info.Fragmented = true
				case "trak":
					t, err := w.track(b)
					if err != nil {
						return err
					}
					if len(tracks) < 64 {
						tracks = append(tracks, t)
					}
				}
				return nil
			})
		case "moof":
			if len(tracks) == 0 {
				return nil
			}
			end, err := w.fragment(b, tracks[0].id)
			lastFragment = max(lastFragment, end)
			return err
		}
		return nil
	})
	if err != nil {
		return Info{}, err
	}
	if moovAt < 0 || mdatAt < 0 || len(tracks) == 0 {
		return Info{}, errBroken
	}
	info.IndexFirst = moovAt < mdatAt
	if movieScale == 0 {
		return Info{}, errBroken
	}
	if info.Duration, err = seconds(movieLength, movieScale); err != nil {
		return Info{}, err
	}
	if err := info.takeTracks(tracks, lastFragment, o); err != nil {
		return Info{}, err
	}
	info.Mime = mp4Mime(info.Kind, brand)
	return info, nil
}

// takeTracks sums the tracks up: the first picture, the first sound.
func (info *Info) takeTracks(tracks []track, lastFragment uint64, o Options) error {
	for i, t := range tracks {
		d, err := seconds(t.duration, max(t.scale, 1))
		if err != nil {
			return err
		}
		if i == 0 && d == 0 && lastFragment > 0 {
			if d, err = seconds(lastFragment, max(t.scale, 1)); err != nil {
				return err
			}
		}
		switch t.handler {
		case "vide":
			if info.VideoCodec != "" {
				continue
			}
			info.VideoCodec, info.Profile, info.Width, info.Height = t.codec, t.profile, t.width, t.height
			if t.turned {
				info.Width, info.Height = t.height, t.width
			}
			if d > 0 {
				info.FrameRate = math.Round(float64(t.samples)/d.Seconds()*100) / 100
			}
		case "soun":
			info.HasSound = true
			if info.AudioCodec == "" {
				info.AudioCodec = t.codec
			}
		default:
			continue
		}
		if info.Duration == 0 || info.Duration < d-time.Second {
			info.Duration = d
		}
	}
	switch {
	case info.VideoCodec != "":
		info.Kind = Video
	case info.HasSound:
		info.Kind = Audio
	default:
		return errBroken
	}
	if int64(info.Width)*int64(info.Height) > o.Pixels {
		return refuse("file.too_many_pixels", nil, "width", info.Width, "height", info.Height)
	}
	return nil
}

func mp4Mime(k Kind, brand string) string {
	switch {
	case k == Audio:
		return "audio/mp4"
	case brand == "qt  ":
		return "video/quicktime"
	}
	return "video/mp4"
}

// track reads a trak.
func (w *walker) track(trak box) (t track, err error) {
	var into func(b box) error
	into = func(b box) error {
		switch b.kind {
		case "mdia", "minf", "stbl":
			return w.each(b.from, b.to, func(c box) error {
				if r := rank(c.kind); r > 0 && r <= rank(b.kind) {
					return errBroken
				}
				return into(c)
			})
		case "tkhd", "mdhd", "hdlr":
			p, err := w.content(b, 4096)
			if err != nil {
				return err
			}
			t.header(b.kind, p)
		case "stsd":
			p := make([]byte, min(b.to-b.from, 4096))
			if _, err := w.r.ReadAt(p, b.from); err != nil && err != io.EOF {
				return errBroken
			}
			t.entry(p)
		case "stsz", "stz2":
			var p [12]byte
			if b.to-b.from >= 12 {
				if _, err := w.r.ReadAt(p[:], b.from); err != nil {
					return errBroken
				}
				t.samples = uint64(binary.BigEndian.Uint32(p[8:]))
			}
		}
		return nil
	}
	err = w.each(trak.from, trak.to, into)
	return t, err
}

// rank orders the containers below trak, so that none holds itself or a larger one.
func rank(kind string) int {
	switch kind {
	case "mdia":
		return 1
	case "minf":
		return 2
	case "stbl":
		return 3
	}
	return 0
}

// header reads tkhd, mdhd and hdlr.
func (t *track) header(kind string, p []byte) {
	switch kind {
	case "mdhd":
		t.scale, t.duration = lengthOf(p)
	case "hdlr":
		if len(p) >= 12 && t.handler == "" {
			t.handler = string(p[8:12])
		}
	case "tkhd":
		at := 12 // version 0: flags, two times of 4 bytes
		if len(p) > 0 && p[0] == 1 {
			at = 20
		}
		if len(p) >= at+4 {
			t.id = binary.BigEndian.Uint32(p[at:])
		}
		// The matrix stands 44 bytes before the end; a quarter turn has zeros on its diagonal.
		if len(p) >= 80 {
			m := p[len(p)-44:]
			a, b := binary.BigEndian.Uint32(m), binary.BigEndian.Uint32(m[4:])
			t.turned = a == 0 && b != 0
		}
	}
}

// lengthOf reads scale and duration from mvhd or mdhd.
func lengthOf(p []byte) (scale, duration uint64) {
	switch {
	case len(p) >= 32 && p[0] == 1:
		scale, duration = uint64(binary.BigEndian.Uint32(p[20:])), binary.BigEndian.Uint64(p[24:])
		if duration == math.MaxUint64 {
			duration = 0
		}
	case len(p) >= 20 && p[0] == 0:
		scale, duration = uint64(binary.BigEndian.Uint32(p[12:])), uint64(binary.BigEndian.Uint32(p[16:]))
		if duration == math.MaxUint32 {
			duration = 0
		}
	}
	return scale, duration
}

// entry reads the first sample description.
func (t *track) entry(p []byte) {
	if len(p) < 16 || t.codec != "" {
		return
	}
	e := p[8:]
	t.codec = codecName(string(e[4:8]))
	if len(e) >= 36 && t.handler == "vide" {
		t.width, t.height = int(binary.BigEndian.Uint16(e[32:])), int(binary.BigEndian.Uint16(e[34:]))
	}
	if i := strings.Index(string(e), "avcC"); t.codec == "h264" && i >= 0 && len(e) > i+6 {
		t.profile = map[byte]string{66: "baseline", 77: "main", 88: "extended", 100: "high", 110: "high10", 122: "high422", 244: "high444"}[e[i+5]]
	}
	if i := strings.Index(string(e), "esds"); t.codec == "aac" && i >= 0 {
		// The decoder's descriptor (tag 4, a length of up to four bytes) names MP3
		// by object type 0x69 or 0x6b.
		d := e[i:]
		if j := strings.IndexByte(string(d), 0x04); j >= 0 {
			for j++; j < len(d) && d[j] >= 0x80; j++ {
			}
			if j+1 < len(d) && (d[j+1] == 0x69 || d[j+1] == 0x6b) {
				t.codec = "mp3"
			}
		}
	}
}

// fragment returns where the fragment of a track starts, in its scale.
func (w *walker) fragment(moof box, id uint32) (start uint64, err error) {
	err = w.each(moof.from, moof.to, func(b box) error {
		if b.kind != "traf" {
			return nil
		}
		mine := false
		return w.each(b.from, b.to, func(b box) error {
			if b.kind != "tfhd" && b.kind != "tfdt" {
				return nil
			}
			p, err := w.content(b, 256)
			if err != nil {
				return err
			}
			switch {
			case b.kind == "tfhd" && len(p) >= 8:
				mine = binary.BigEndian.Uint32(p[4:]) == id
			case mine && len(p) >= 12 && p[0] == 1:
				start = binary.BigEndian.Uint64(p[4:])
			case mine && len(p) >= 8:
				start = uint64(binary.BigEndian.Uint32(p[4:]))
			}
			return nil
		})
	})
	return start, err
}
