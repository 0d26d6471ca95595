package media

import (
	"fmt"
	"time"
)

// Weight says how much a piece of advice matters.
type Weight string

// Stop: many phones will not play it. Warn: it will play badly for some.
// Note: done or small.
const (
	Stop Weight = "stop"
	Warn Weight = "warn"
	Note Weight = "note"
)

// Advice is a sentence about a file: Key and Args as in Error, a key of words'
// catalog below "errors.".
type Advice struct {
	Weight Weight
	Key    string
	Args   map[string]any
}

// A cheap phone on a mobile network: what it decodes, and what it can load.
const (
	phoneBitRate = 2_500_000 // bits per second that play without stopping
	phoneSide    = 1280      // pixels of the longer side
	phoneFrames  = 31
	pdfHeavy     = 20e6
	audioRate    = 256_000
)

// Judge looks at a file as a cheap phone would and says what to export
// instead. Nothing to say is an empty list.
func Judge(info Info, size int64) []Advice {
	var all []Advice
	advise := func(w Weight, key string, args ...any) {
		e := refuse(key, nil, args...)
		all = append(all, Advice{w, e.Key, e.Args})
	}
	switch info.Kind {
	case Video:
		judgeVideo(info, advise)
	case Audio:
		if info.AudioCodec != "mp3" && info.AudioCodec != "aac" {
			advise(Stop, "advice.sound_codec", "codec", CodecName(info.AudioCodec))
		} else if info.BitRate > audioRate+audioRate/4 {
			advise(Warn, "advice.sound_rate", "rate", rate(info.BitRate))
		}
	case PDF:
		if size > pdfHeavy {
			advise(Warn, "advice.pdf_heavy", "n", info.Pages)
		}
	case Image:
		if max(info.Width, info.Height) > 4096 {
			advise(Warn, "advice.image_large", "width", info.Width, "height", info.Height)
		}
	}
	return all
}

func judgeVideo(info Info, advise func(Weight, string, ...any)) {
	switch {
	case info.VideoCodec != "h264":
		advise(Stop, "advice.video_codec", "codec", CodecName(info.VideoCodec))
	case info.Profile != "" && info.Profile != "baseline" && info.Profile != "main" && info.Profile != "high":
		advise(Stop, "advice.video_profile", "profile", info.Profile)
	}
	if info.Mime != "video/mp4" {
		advise(Warn, "advice.container")
	}
	if info.HasSound && info.AudioCodec != "aac" && info.AudioCodec != "mp3" {
		advise(Stop, "advice.sound_codec", "codec", CodecName(info.AudioCodec))
	}
	if info.BitRate > phoneBitRate {
		advise(Warn, "advice.bit_rate", "rate", rate(info.BitRate))
	}
	if max(info.Width, info.Height) > phoneSide {
		advise(Warn, "advice.picture_large", "width", fmt.Sprint(info.Width), "height", fmt.Sprint(info.Height))
	}
	if info.FrameRate > phoneFrames {
		advise(Warn, "advice.frame_rate", "rate", info.FrameRate)
	}
	if !info.HasSound {
		advise(Note, "advice.no_sound")
	}
	switch {
	case info.IndexMoved:
		advise(Note, "advice.index_moved")
	case info.Mime == "video/quicktime" && !info.IndexFirst:
		advise(Warn, "advice.index_last")
	case info.Fragmented:
		advise(Note, "advice.fragmented")
	}
	if info.Duration == 0 {
		advise(Warn, "advice.no_length")
	} else if info.Duration > 3*time.Hour {
		advise(Note, "advice.long", "d", info.Duration)
	}
}

// rate writes a bit rate in Mbit/s as a number for a sentence.
func rate(bits int64) float64 { return float64(bits/100_000) / 10 }

// CodecName is a codec as people write it.
func CodecName(codec string) string {
	name, ok := map[string]string{
		"h264": "H.264", "hevc": "HEVC (H.265)", "av1": "AV1", "vp8": "VP8", "vp9": "VP9", "prores": "ProRes",
		"mpeg4": "MPEG-4 Part 2", "mjpeg": "Motion JPEG", "aac": "AAC", "mp3": "MP3", "opus": "Opus",
		"vorbis": "Vorbis", "flac": "FLAC", "alac": "ALAC", "pcm": "PCM", "ac-3": "AC-3", "ec-3": "E-AC-3",
	}[codec]
	if !ok {
		return codec
	}
	return name
}
