package media

import (
	"errors"
	"io"
	"time"
)

// Info is what a file is, read from its content. Fields that do not apply or
// could not be told are zero.
type Info struct {
	Kind       Kind
	Mime       string // to serve it with; always one of a fixed set
	Duration   time.Duration
	Width      int // pixels as shown, rotation applied
	Height     int
	VideoCodec string  // h264, hevc, av1, vp9, vp8, prores, …
	Profile    string  // of H.264: baseline, main, high, …
	FrameRate  float64 // per second, mean
	AudioCodec string  // aac, mp3, opus, vorbis, flac, alac, pcm, …
	BitRate    int64   // bits per second, mean over the file
	HasSound   bool
	IndexFirst bool // a player needs nothing from the end to start
	IndexMoved bool // Put moved it
	Fragmented bool // MP4 in fragments, as streaming tools write it
	Pages      int
}

// errBroken is for content that contradicts itself or ends too early.
var errBroken = errors.New("content can't be read to its end")

// Inspect finds out what a file is, from its content and structure; the name
// only says what it promises to be, and a broken promise is an *Error. Reading
// is bounded: a few MB and milliseconds for any file, hostile ones included.
func Inspect(r io.ReaderAt, size int64, name string, o Options) (Info, error) {
	o, name = o.filled(), CleanName(name)
	if size <= 0 {
		return Info{}, refuse("file.empty", nil, "name", name)
	}
	head := make([]byte, min(size, 4096))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return Info{}, err
	}
	want := promised(name)
	info, err := examine(r, size, head, o)
	var refused *Error
	switch {
	case errors.As(err, &refused):
		refused.Args["name"] = name
		return Info{}, refused
	case err != nil && sniff(head) == "pdf" && want == Download:
		return Info{Kind: Download, Mime: "application/octet-stream"}, nil
	case err != nil && want != Download:
		return Info{}, refuse("file.broken", err, "name", name)
	case err != nil:
		return Info{Kind: Download, Mime: "application/octet-stream"}, nil
	}
	if info.Kind == Download && want == Article {
		if !isText(r, size) {
			return Info{}, notWhatItSays(name, want, nil)
		}
		info.Kind, info.Mime = Article, "text/markdown; charset=utf-8"
	}
	// Video and audio share their containers: clip.mp4 may hold only sound.
	both := func(k Kind) bool { return k == Video || k == Audio }
	if want != Download && info.Kind != want && !(both(want) && both(info.Kind)) {
		return Info{}, notWhatItSays(name, want, nil)
	}
	if info.Duration > 0 && info.BitRate == 0 {
		info.BitRate = int64(float64(size) * 8 / info.Duration.Seconds())
	}
	return info, nil
}

// examine reads the structure of the format that the first bytes name.
func examine(r io.ReaderAt, size int64, head []byte, o Options) (Info, error) {
	switch format := sniff(head); format {
	case "mp4":
		return inspectMP4(r, size, o)
	case "webm":
		return inspectWebM(r, size, o)
	case "mp3":
		return inspectMP3(r, size)
	case "ogg":
		return inspectOgg(r, size, head)
	case "wav":
		return inspectWAV(r, size)
	case "flac":
		return inspectFLAC(head)
	case "pdf":
		return inspectPDF(r, size, o)
	case "jpeg", "png", "webp", "gif":
		return inspectImage(r, size, format, o)
	}
	return Info{Kind: Download, Mime: "application/octet-stream"}, nil
}

// seconds turns units at a rate into a duration; nonsense is an error.
func seconds(units uint64, rate uint64) (time.Duration, error) {
	if rate == 0 {
		return 0, errBroken
	}
	s := float64(units) / float64(rate)
	if s > 1000*3600 { // longer than 1,000 hours is a damaged or hostile header
		return 0, errBroken
	}
	return time.Duration(s * float64(time.Second)).Round(time.Millisecond), nil
}
