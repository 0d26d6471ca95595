package media

import (
	"bytes"
	"encoding/binary"
	"io"
)

// mp3Frame returns the length of the MPEG layer III frame at the start of p,
// 0 when there is none.
func mp3Frame(p []byte) int { n, _, _, _ := mp3Header(p); return n }

// mp3Header reads a frame's length in bytes, its bit rate, sample rate and
// samples.
func mp3Header(p []byte) (length, rate, hertz, samples int) {
	if len(p) < 4 || p[0] != 0xff || p[1]&0xe0 != 0xe0 || p[1]>>1&3 != 1 {
		return 0, 0, 0, 0
	}
	version, i, h := p[1]>>3&3, int(p[2]>>4), int(p[2]>>2&3)
	if version == 1 || i == 0 || i == 15 || h == 3 {
		return 0, 0, 0, 0
	}
	hertz, samples = [3]int{44100, 48000, 32000}[h], 1152
	rates := [15]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	if version != 3 {
		hertz, samples = hertz/2, 576
		rates = [15]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}
		if version == 0 {
			hertz /= 2
		}
	}
	rate = rates[i] * 1000
	return samples/8*rate/hertz + int(p[2]>>1&1), rate, hertz, samples
}

// inspectMP3 steps over tags, then reads the first frame and the count of
// frames it may carry; without one the bit rate is taken as constant.
func inspectMP3(r io.ReaderAt, size int64) (Info, error) {
	info := Info{Kind: Audio, Mime: "audio/mpeg", AudioCodec: "mp3", HasSound: true, IndexFirst: true}
	at := int64(0)
	var h [10]byte
	if _, err := r.ReadAt(h[:], 0); err != nil {
		return Info{}, errBroken
	}
	if string(h[:3]) == "ID3" {
		at = 10 + int64(h[6]&127)<<21 + int64(h[7]&127)<<14 + int64(h[8]&127)<<7 + int64(h[9]&127)
	}
	if at >= size {
		return Info{}, errBroken
	}
	p := make([]byte, min(size-at, 64<<10))
	if _, err := r.ReadAt(p, at); err != nil && err != io.EOF {
		return Info{}, err
	}
	for i := 0; i+4 < len(p); i++ {
		n, rate, hertz, samples := mp3Header(p[i:])
		if n == 0 || i+n+4 <= len(p) && mp3Frame(p[i+n:]) == 0 || i+n > len(p) {
			continue
		}
		info.BitRate = int64(rate)
		var err error
		frame := p[i : i+n]
		tag := max(bytes.Index(frame[:min(n, 64)], []byte("Xing")), bytes.Index(frame[:min(n, 64)], []byte("Info")))
		if tag > 0 && tag+12 <= n && frame[tag+7]&1 == 1 {
			frames := uint64(binary.BigEndian.Uint32(frame[tag+8:]))
			info.BitRate = 0 // the mean, from size and length
			info.Duration, err = seconds(frames*uint64(samples), uint64(hertz))
		} else {
			info.Duration, err = seconds(uint64(size-at)*8, uint64(rate))
		}
		return info, err
	}
	return Info{}, errBroken
}

func inspectWAV(r io.ReaderAt, size int64) (Info, error) {
	info := Info{Kind: Audio, Mime: "audio/wav", AudioCodec: "pcm", HasSound: true, IndexFirst: true}
	var h [24]byte
	var perSecond uint64
	for at, n := int64(12), 0; at+8 <= size && n < 1000; n++ {
		got, _ := r.ReadAt(h[:], at)
		if got < 8 {
			return Info{}, errBroken
		}
		length := int64(binary.LittleEndian.Uint32(h[4:]))
		switch string(h[:4]) {
		case "fmt ":
			if got < 24 {
				return Info{}, errBroken
			}
			perSecond = uint64(binary.LittleEndian.Uint32(h[16:]))
		case "data":
			d, err := seconds(uint64(min(length, size-at-8)), perSecond)
			info.Duration, info.BitRate = d, int64(perSecond)*8
			return info, err
		}
		at += 8 + length + length&1
	}
	return Info{}, errBroken
}

func inspectFLAC(head []byte) (Info, error) {
	if len(head) < 26 || head[4]&127 != 0 {
		return Info{}, errBroken
	}
	hertz := uint64(head[18])<<12 | uint64(head[19])<<4 | uint64(head[20])>>4
	samples := uint64(head[21]&15)<<32 | uint64(binary.BigEndian.Uint32(head[22:]))
	d, err := seconds(samples, hertz)
	return Info{Kind: Audio, Mime: "audio/flac", AudioCodec: "flac", HasSound: true, IndexFirst: true, Duration: d}, err
}

// inspectOgg reads the codec from the first page and the length from the last.
func inspectOgg(r io.ReaderAt, size int64, head []byte) (Info, error) {
	info := Info{Kind: Audio, Mime: "audio/ogg", HasSound: true, IndexFirst: true}
	hertz, skip := uint64(0), uint64(0)
	if i := bytes.Index(head, []byte("OpusHead")); i >= 0 && len(head) > i+12 {
		info.AudioCodec, hertz, skip = "opus", 48000, uint64(binary.LittleEndian.Uint16(head[i+10:]))
	} else if i := bytes.Index(head, []byte("\x01vorbis")); i >= 0 && len(head) > i+16 {
		info.AudioCodec, hertz = "vorbis", uint64(binary.LittleEndian.Uint32(head[i+12:]))
	} else {
		return Info{}, errBroken
	}
	tail := make([]byte, min(size, 128<<10)) // a page is 64 KB at most
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return Info{}, err
	}
	last := bytes.LastIndex(tail, []byte("OggS"))
	if last < 0 || last+14 > len(tail) {
		return Info{}, errBroken
	}
	granule := binary.LittleEndian.Uint64(tail[last+6:])
	d, err := seconds(max(granule, skip)-skip, hertz)
	info.Duration = d
	return info, err
}
