package media

import (
	"io"
	"math"
	"math/bits"
	"strings"
	"time"
)

// EBML ids of what is read from a WebM file.
const (
	ebmlHead      = 0x1A45DFA3
	ebmlDocType   = 0x4282
	webmSegment   = 0x18538067
	webmInfo      = 0x1549A966
	webmScale     = 0x2AD7B1
	webmDuration  = 0x4489
	webmTracks    = 0x1654AE6B
	webmTrack     = 0xAE
	webmType      = 0x83
	webmCodec     = 0x86
	webmVideo     = 0xE0
	webmWidth     = 0xB0
	webmHeight    = 0xBA
	webmCluster   = 0x1F43B675
	webmCues      = 0x1C53BB6B
	elementsMost  = 20_000
	elementAtMost = 1 << 16
)

type ebml struct {
	r    io.ReaderAt
	left int
}

// vint reads a variable-length integer; keep leaves its length marker in.
func (e *ebml) vint(at int64, keep bool) (v uint64, n int64, err error) {
	var b [8]byte
	if _, err := e.r.ReadAt(b[:1], at); err != nil {
		return 0, 0, errBroken
	}
	n = int64(bits.LeadingZeros8(b[0])) + 1
	if n > 8 {
		return 0, 0, errBroken
	}
	if _, err := e.r.ReadAt(b[:n], at); err != nil {
		return 0, 0, errBroken
	}
	for _, c := range b[:n] {
		v = v<<8 | uint64(c)
	}
	if !keep {
		mask := uint64(1)<<(7*n) - 1
		if v &= mask; v == mask {
			v = math.MaxUint64 // unknown: to the end
		}
	}
	return v, n, nil
}

// each visits the elements in [from, to) until fn says stop.
func (e *ebml) each(from, to int64, fn func(id uint64, from, to int64) (stop bool, err error)) error {
	for at := from; at < to; {
		if e.left--; e.left < 0 {
			return errBroken
		}
		id, n, err := e.vint(at, true)
		if err != nil {
			return err
		}
		size, m, err := e.vint(at+n, false)
		if err != nil {
			return err
		}
		start := at + n + m
		end := to
		if size != math.MaxUint64 {
			if size > uint64(max(to-start, 0)) {
				if id != webmSegment && id != webmCluster { // those are cut when a recording is
					return errBroken
				}
			} else {
				end = start + int64(size)
			}
		}
		if stop, err := fn(id, start, end); err != nil || stop {
			return err
		}
		at = end
	}
	return nil
}

func (e *ebml) bytes(from, to int64) ([]byte, error) {
	if to-from > elementAtMost {
		return nil, errBroken
	}
	p := make([]byte, to-from)
	if _, err := e.r.ReadAt(p, from); err != nil && err != io.EOF {
		return nil, errBroken
	}
	return p, nil
}

func (e *ebml) number(from, to int64) (uint64, error) {
	p, err := e.bytes(from, to)
	if err != nil || len(p) > 8 {
		return 0, errBroken
	}
	var v uint64
	for _, c := range p {
		v = v<<8 | uint64(c)
	}
	return v, nil
}

func (e *ebml) float(from, to int64) (float64, error) {
	v, err := e.number(from, to)
	switch {
	case err != nil:
		return 0, err
	case to-from == 4:
		return float64(math.Float32frombits(uint32(v))), nil
	case to-from == 8:
		return math.Float64frombits(v), nil
	}
	return 0, errBroken
}

func inspectWebM(r io.ReaderAt, size int64, o Options) (Info, error) {
	e := &ebml{r: r, left: elementsMost}
	info := Info{Mime: "video/webm"}
	var length float64
	var scale uint64 = 1_000_000
	var tracks int
	err := e.each(0, size, func(id uint64, from, to int64) (bool, error) {
		switch id {
		case ebmlHead:
			return false, e.each(from, to, func(id uint64, from, to int64) (bool, error) {
				if id != ebmlDocType {
					return false, nil
				}
				p, err := e.bytes(from, to)
				if doc := strings.TrimRight(string(p), "\x00"); doc == "matroska" {
					info.Mime = "video/x-matroska"
				} else if doc != "webm" {
					return false, errBroken
				}
				return false, err
			})
		case webmSegment:
			return true, e.each(from, to, func(id uint64, from, to int64) (bool, error) {
				switch id {
				case webmCluster:
					return true, nil
				case webmCues:
					info.IndexFirst = true
				case webmInfo:
					return false, e.each(from, to, func(id uint64, from, to int64) (_ bool, err error) {
						switch id {
						case webmScale:
							scale, err = e.number(from, to)
						case webmDuration:
							length, err = e.float(from, to)
						}
						return false, err
					})
				case webmTracks:
					return false, e.each(from, to, func(id uint64, from, to int64) (bool, error) {
						if id != webmTrack {
							return false, nil
						}
						tracks++
						return false, e.track(from, to, &info)
					})
				}
				return false, nil
			})
		}
		return false, nil
	})
	if err != nil {
		return Info{}, err
	}
	ns := length * float64(scale)
	if tracks == 0 || math.IsNaN(ns) || ns < 0 || ns > 3.6e15 {
		return Info{}, errBroken
	}
	info.Duration = time.Duration(ns).Round(time.Millisecond)
	switch {
	case info.VideoCodec != "":
		info.Kind = Video
	case info.HasSound:
		info.Kind, info.Mime = Audio, "audio/webm"
	default:
		return Info{}, errBroken
	}
	if int64(info.Width)*int64(info.Height) > o.Pixels {
		return Info{}, refuse("file.too_many_pixels", nil, "width", info.Width, "height", info.Height)
	}
	return info, nil
}

func (e *ebml) track(from, to int64, info *Info) error {
	var kind, width, height uint64
	codec := ""
	err := e.each(from, to, func(id uint64, from, to int64) (_ bool, err error) {
		switch id {
		case webmType:
			kind, err = e.number(from, to)
		case webmCodec:
			var p []byte
			p, err = e.bytes(from, to)
			codec = strings.TrimRight(string(p), "\x00")
		case webmVideo:
			err = e.each(from, to, func(id uint64, from, to int64) (_ bool, err error) {
				switch id {
				case webmWidth:
					width, err = e.number(from, to)
				case webmHeight:
					height, err = e.number(from, to)
				}
				return false, err
			})
		}
		return false, err
	})
	if err != nil || width > 1<<20 || height > 1<<20 {
		return errBroken
	}
	name, known := map[string]string{
		"V_VP8": "vp8", "V_VP9": "vp9", "V_AV1": "av1", "V_MPEG4/ISO/AVC": "h264", "V_MPEGH/ISO/HEVC": "hevc",
		"A_OPUS": "opus", "A_VORBIS": "vorbis", "A_AAC": "aac", "A_MPEG/L3": "mp3", "A_FLAC": "flac",
	}[codec]
	if !known {
		name = "unknown"
	}
	switch {
	case kind == 1 && info.VideoCodec == "":
		info.VideoCodec, info.Width, info.Height = name, int(width), int(height)
	case kind == 2:
		info.HasSound = true
		if info.AudioCodec == "" {
			info.AudioCodec = name
		}
	}
	return nil
}
