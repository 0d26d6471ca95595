package content

import (
	"bytes"
	"io/fs"
	"testing"
	"time"

	"passalong/release/media"
)

// What ships is small, and is what a cheap phone can play and read.
func TestContent(t *testing.T) {
	total := 0
	for name, want := range map[string]media.Kind{
		"clip.mp4": media.Video, "poster.jpg": media.Image, "paper.en.pdf": media.PDF, "paper.fr.pdf": media.PDF,
		"making-of.md": media.Article, "making-of.fr.md": media.Article,
	} {
		b, err := fs.ReadFile(FS, name)
		if err != nil {
			t.Fatal(err)
		}
		total += len(b)
		info, err := media.Inspect(bytes.NewReader(b), int64(len(b)), name, media.Options{})
		if err != nil || info.Kind != want {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
		if advice := media.Judge(info, int64(len(b))); len(advice) > 0 {
			t.Errorf("%s: %+v", name, advice)
		}
		switch {
		case want == media.PDF && info.Pages != 6:
			t.Errorf("%s has %d pages", name, info.Pages)
		case want == media.Video && (!info.IndexFirst || !info.HasSound || info.Duration < 20*time.Second):
			t.Errorf("%s: %+v", name, info)
		case want == media.Image && len(b) > 120_000:
			t.Errorf("%s weighs %d bytes", name, len(b))
		}
	}
	if total > 2_000_000 {
		t.Errorf("the content weighs %d bytes, more than 2 MB", total)
	}
	for _, name := range []string{"clip.en.vtt", "clip.fr.vtt"} {
		b, err := fs.ReadFile(FS, name)
		if err != nil {
			t.Fatal(err)
		}
		if vtt, err := media.Captions(b, name); err != nil || !bytes.Equal(vtt, b) {
			t.Errorf("%s is not plain WebVTT: %v", name, err)
		}
	}
}
