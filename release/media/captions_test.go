package media

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCaptions(t *testing.T) {
	const want = "WEBVTT\n\n00:00:01.500 --> 00:00:04.000\nDéjà <i>vu</i> ?\nA &lt; B &amp; C\n\n01:02:03.040 --> 01:02:05.000\nfin\n"
	srt := "1\n00:00:01,500 --> 00:00:04,000\nDéjà <I>vu</I> ?\n<font color=red>A < B & C</font>\n\n2\n1:2:3,04 --> 1:2:5,0\n{\\an8}fin\n\n3\nnonsense\n\n4\n00:00:09,000 --> 00:00:08,000\nback in time\n"
	latin := []byte{}
	for _, r := range srt {
		latin = append(latin, byte(r))
	}
	utf16 := []byte{0xff, 0xfe}
	for _, r := range srt {
		utf16 = append(utf16, byte(r), byte(r>>8))
	}
	crlf := []byte("\ufeff")
	for _, r := range srt {
		if r == '\n' {
			crlf = append(crlf, '\r')
		}
		crlf = append(crlf, string(r)...)
	}
	for name, src := range map[string][]byte{"utf-8": []byte(srt), "latin-1": latin, "utf-16": utf16, "bom crlf": crlf} {
		got, err := Captions(src, "a.srt")
		if err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	vtt, err := Captions([]byte("WEBVTT - x\n\nNOTE hi\n\nintro\n00:01.000 --> 00:02.000 align:start\n<v Ana>Hi & bye\n"), "a.vtt")
	if err != nil || string(vtt) != "WEBVTT\n\n00:00:01.000 --> 00:00:02.000 align:start\n<v Ana>Hi & bye\n" {
		t.Errorf("%q, %v", vtt, err)
	}
	for _, bad := range []string{"", "hello", "\x00\x01", "WEBVTT\n"} {
		_, err := Captions([]byte(bad), "a.srt")
		wantKey(t, err, "captions.unreadable")
	}
	_, err = Captions(make([]byte, captionsAtMost+1), "a.srt")
	wantKey(t, err, "captions.too_large")
}

func TestFindCaptions(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"clip.mp4", "clip.fr.srt", "clip.fr.vtt", "clip.EN.SRT", "clip.pt-BR.vtt", "clip.vtt", "clip.not a language.vtt", "clip2.fr.vtt", "other.vtt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := FindCaptions(filepath.Join(dir, "clip.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Caption{{"", "clip.vtt"}, {"en", "clip.EN.SRT"}, {"fr", "clip.fr.vtt"}, {"pt-BR", "clip.pt-BR.vtt"}}
	if len(got) != len(want) {
		t.Fatalf("found %v", got)
	}
	for i, c := range want {
		if got[i].Lang != c.Lang || filepath.Base(got[i].Path) != c.Path {
			t.Errorf("found %v, want %v", got[i], c)
		}
	}
}
