package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Formats as ffmpeg writes them, each told by content and not by name.
func TestFormats(t *testing.T) {
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	dir := t.TempDir()
	sine := []string{"-f", "lavfi", "-i", "sine=duration=2:sample_rate=48000"}
	bars := []string{"-f", "lavfi", "-i", "testsrc=size=160x120:rate=10:duration=2"}
	for _, c := range []struct {
		name  string
		args  []string
		kind  Kind
		codec string
	}{
		{"a.wav", sine, Audio, "pcm"},
		{"a.flac", sine, Audio, "flac"},
		{"a.ogg", append(sine, "-c:a", "libvorbis"), Audio, "vorbis"},
		{"a.opus", append(sine, "-c:a", "libopus"), Audio, "opus"},
		{"a.mp3", append(sine, "-c:a", "libmp3lame"), Audio, "mp3"},
		{"a.m4a", append(sine, "-c:a", "aac"), Audio, "aac"},
		{"v.webm", append(bars, "-c:v", "libvpx-vp9", "-deadline", "realtime"), Video, "vp9"},
		{"v.mov", append(bars, "-c:v", "mpeg4"), Video, "mpeg4"},
		{"f.mp4", append(bars, "-c:v", "libx264", "-movflags", "frag_keyframe+empty_moov", "-g", "5"), Video, "h264"},
		{"i.webp", append(bars, "-frames:v", "1", "-c:v", "libwebp"), Image, ""},
		{"i.gif", append(bars, "-frames:v", "1"), Image, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(dir, c.name)
			if out, err := exec.Command(ffmpeg, append(append([]string{"-v", "error", "-y"}, c.args...), path)...).CombinedOutput(); err != nil {
				t.Skipf("this ffmpeg can't make it: %s", out)
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			info, err := Inspect(bytes.NewReader(b), int64(len(b)), c.name, Options{})
			if err != nil || info.Kind != c.kind || c.codec != "" && info.AudioCodec+info.VideoCodec != c.codec {
				t.Fatalf("%+v, %v", info, err)
			}
			if d := info.Duration - 2*time.Second; c.kind != Image && (d < -600*time.Millisecond || d > 100*time.Millisecond) {
				t.Errorf("lasts %v", info.Duration)
			}
			if c.kind == Video && (info.Width != 160 || info.Height != 120) {
				t.Errorf("%d×%d", info.Width, info.Height)
			}
			nameless, err := Inspect(bytes.NewReader(b), int64(len(b)), "x", Options{})
			if err != nil || nameless.Kind != c.kind {
				t.Errorf("without a name: %+v, %v", nameless, err)
			}
			if _, err := Inspect(bytes.NewReader(b), int64(len(b)), "x.pdf", Options{}); err == nil {
				t.Error("passes as a PDF")
			}
		})
	}
}

func FuzzInspect(f *testing.F) {
	f.Add(clip([]byte("payload"), "avc1"), "clip.mp4")
	f.Add(paper(3, ""), "paper.pdf")
	f.Add(packed(3, 0), "paper.pdf")
	f.Add([]byte("\x1aE\xdf\xa3\x84\x42\x82\x81w\x18S\x80g\xff\x16T\xaek\x80"), "a.webm")
	f.Add([]byte("ID3\x04\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x00"), "a.mp3")
	f.Add(append([]byte("RIFF\x00\x00\x00\x00WAVEfmt "), binary.LittleEndian.AppendUint32(nil, 16)...), "a.wav")
	f.Add([]byte("fLaC\x00\x00\x00\x22"), "a.flac")
	f.Add([]byte("OggS\x00\x02OpusHead"), "a.ogg")
	f.Fuzz(func(t *testing.T, b []byte, name string) {
		info, err := Inspect(bytes.NewReader(b), int64(len(b)), name, Options{})
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("no sentence: %v", err)
			}
			return
		}
		if info.Duration < 0 || info.Width < 0 || info.Height < 0 || info.Pages < 0 || info.BitRate < 0 || info.Mime == "" {
			t.Fatalf("%+v", info)
		}
		if info.Kind == Video && info.Mime == "video/mp4" && !info.Fragmented {
			var out bytes.Buffer
			if err := FastStart(t.Context(), bytes.NewReader(b), int64(len(b)), &out); err == nil {
				after, err := Inspect(bytes.NewReader(out.Bytes()), int64(out.Len()), name, Options{})
				if err != nil || !after.IndexFirst || after.Duration != info.Duration {
					t.Fatalf("after the move %+v, %v; before %+v", after, err, info)
				}
			}
		}
		_ = fmt.Sprint(Judge(info, int64(len(b))))
	})
}
