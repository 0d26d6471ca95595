package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"passalong/release/words"
)

func open(t *testing.T, o Options) *Files {
	t.Helper()
	f, err := Open(t.TempDir(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// real returns one of the real files that may lie beside the checkout.
func real(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "media", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the real media files are not beside this checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// nothingLeft fails when the folder holds more than want files.
func nothingLeft(t *testing.T, f *Files, want int) {
	t.Helper()
	all, err := os.ReadDir(f.dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != want {
		t.Errorf("%d files in the folder, want %d: %v", len(all), want, all)
	}
}

// wantKey fails unless err is an *Error with this key, which words can say.
func wantKey(t *testing.T, err error, key string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Key != key {
		t.Fatalf("got %v, want %s", err, key)
	}
	for _, l := range words.Langs() {
		said := words.In(l).T("errors."+e.Key, e.Args)
		if strings.Contains(said, "{") || strings.HasPrefix(said, "errors.") {
			t.Errorf("%s: %q is no sentence", l, said)
		}
	}
}

func TestPutAndOpen(t *testing.T) {
	f := open(t, Options{})
	text := []byte("# Bonjour\n\nUn café, déjà ?\n")
	got, err := f.Put(t.Context(), `C:\docs\../Making of.md`, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	if got.SHA256 != hex.EncodeToString(sum[:]) || got.Ref != got.SHA256[:32] || got.Name != "Making of.md" || got.Size != int64(len(text)) {
		t.Errorf("stored %+v", got)
	}
	if got.Info.Kind != Article || got.Info.Mime != "text/markdown; charset=utf-8" {
		t.Errorf("info %+v", got.Info)
	}
	file, st, err := f.Open(got.Ref)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if b, err := io.ReadAll(file); err != nil || !bytes.Equal(b, text) || st.Size() != got.Size {
		t.Errorf("read %q, %v", b, err)
	}
	if s, err := f.Sum(t.Context(), got.Ref); err != nil || s != got.SHA256 {
		t.Errorf("sum %s, %v", s, err)
	}
	if _, err := f.PutAs(t.Context(), Variant(got.Ref, "en.vtt"), "x.vtt", strings.NewReader("WEBVTT\n")); err != nil {
		t.Fatal(err)
	}
	if err := f.Delete(t.Context(), got.Ref); err != nil {
		t.Fatal(err)
	}
	nothingLeft(t, f, 0)
	_, _, err = f.Open(got.Ref)
	wantKey(t, err, "file.unknown")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error("the cause of an unknown file is not fs.ErrNotExist")
	}
}

func TestNoNameEscapes(t *testing.T) { // U4
	f := open(t, Options{})
	if err := os.WriteFile(filepath.Join(filepath.Dir(f.dir), "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../secret", filepath.Join(f.dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{"../secret", "link", "", ".", "..", "a/b", "a\x00b", "/etc/passwd", "A", strings.Repeat("a", 200), ".part-x"} {
		if file, _, err := f.Open(ref); err == nil {
			file.Close()
			t.Errorf("opened %q", ref)
		}
		if ref == "" || ref == "link" {
			continue
		}
		if _, err := f.PutAs(t.Context(), ref, "a.bin", strings.NewReader("x")); err == nil {
			t.Errorf("put %q", ref)
		}
	}
	for name, want := range map[string]string{
		"../../x.mp4": "x.mp4", "a\r\nb.pdf": "ab.pdf", "gpj.\u202eexe": "gpj.exe", "..": "", "\x00": "", "/": "",
		strings.Repeat("é", 3000) + ".mp4": strings.Repeat("é", 58) + ".mp4",
	} {
		if got := CleanName(name); got != want {
			t.Errorf("CleanName(%.20q) = %q, want %q", name, got, want)
		}
	}
}

type failing struct {
	r   io.Reader
	err error
}

func (f failing) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err == io.EOF {
		err = f.err
	}
	return n, err
}

func TestRefusedLeavesNothing(t *testing.T) { // U1, U5
	pngHead := func(w, h uint32) string {
		b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
		b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, w), h)
		return string(append(b, 8, 2, 0, 0, 0, 0, 0, 0, 0)) + "IEND"
	}
	big := pngHead(100_000, 100_000)
	for _, c := range []struct {
		name, content, key string
		err                error
	}{
		{"clip.mp4", "", "file.empty", nil},
		{"clip.mp4", "just some text, no clip", "file.not_what_it_says", nil},
		{"paper.pdf", "<!doctype html><script>alert(1)</script>%PDF-1.4", "file.not_what_it_says", nil},
		{"song.mp3", "%PDF-1.4 of some kind", "file.broken", nil},
		{"photo.jpg", pngHead(0, 0), "file.broken", nil},
		{"photo.png", big, "file.broken", nil},
		{"notes.md", "a\xff\xfeb", "file.not_what_it_says", nil},
		{"notes.md", "a\x00b", "file.not_what_it_says", nil},
		{"..", "x", "file.name", nil},
		{"huge.bin", strings.Repeat("x", 2000), "file.too_large", nil},
		{"cut.bin", "half of", "file.cut", io.ErrUnexpectedEOF},
		{"clip.mp4", "\x00\x00\x00\x01mdat\xff\xff\xff\xff\xff\xff\xff\xff", "file.not_what_it_says", nil},
		{"clip.mp4", "\x00\x00\x00\x10ftypisom\x00\x00\x00\x00\x00\x00\x00\x01mdat\x7f\xff\xff\xff\xff\xff\xff\xff", "file.broken", nil},
	} {
		t.Run(c.name+" "+c.key, func(t *testing.T) {
			f := open(t, Options{Limit: 1000})
			var r io.Reader = strings.NewReader(c.content)
			if c.err != nil {
				r = failing{r, c.err}
			}
			_, err := f.Put(t.Context(), c.name, r)
			wantKey(t, err, c.key)
			if c.err != nil && !errors.Is(err, c.err) {
				t.Errorf("the cause %v is lost in %v", c.err, err)
			}
			nothingLeft(t, f, 0)
		})
	}
}

func TestContextEndsAPut(t *testing.T) {
	f := open(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := f.Put(ctx, "a.bin", strings.NewReader("x"))
	wantKey(t, err, "file.cut")
	if !errors.Is(err, context.Canceled) {
		t.Error("the context's end is lost")
	}
	nothingLeft(t, f, 0)
}

func TestFullDisk(t *testing.T) {
	dir := "/dev/shm"
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full on this machine: ", err, dir)
	}
	defer f.Close()
	_, full := f.Write([]byte("x"))
	wantKey(t, (&Files{}).explain(full, "clip.mp4"), "file.disk_full")
}

func TestSweep(t *testing.T) {
	f := open(t, Options{})
	for _, name := range []string{"aa", "aa.480p.mp4", "bb", "bb.poster.jpg", ".part-left"} {
		if err := os.WriteFile(filepath.Join(f.dir, name), []byte("1234"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keep := func(base string) bool { return base == "aa" }
	if n, _, err := f.Sweep(t.Context(), time.Now().Add(-time.Hour), keep); n != 0 || err != nil {
		t.Errorf("swept %d young files, %v", n, err)
	}
	if n, bytes, err := f.Sweep(t.Context(), time.Now().Add(time.Hour), keep); n != 3 || bytes != 12 || err != nil {
		t.Errorf("swept %d files of %d bytes, %v", n, bytes, err)
	}
	nothingLeft(t, f, 2)
}

func TestRealFiles(t *testing.T) {
	for _, c := range []struct {
		name string
		want Info
	}{
		{"flower.mp4", Info{Kind: Video, Mime: "video/mp4", Duration: 5055 * time.Millisecond, Width: 960, Height: 540, VideoCodec: "h264", Profile: "high", AudioCodec: "aac", HasSound: true}},
		{"friday.mp4", Info{Kind: Video, Mime: "video/mp4", Duration: 6166 * time.Millisecond, Width: 640, Height: 480, VideoCodec: "h264", Profile: "main", AudioCodec: "aac", HasSound: true}},
		{"roar.mp3", Info{Kind: Audio, Mime: "audio/mpeg", Duration: 2116 * time.Millisecond, AudioCodec: "mp3", HasSound: true}},
		{"elephant.jpg", Info{Kind: Image, Mime: "image/jpeg"}},
		{"paper.pdf", Info{Kind: PDF, Mime: "application/pdf", Pages: 10}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := real(t, c.name)
			f := open(t, Options{})
			got, err := f.Put(t.Context(), c.name, bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			i := got.Info
			t.Logf("%+v", i)
			if i.Kind == Image && (i.Width == 0 || i.Height == 0) || !i.IndexFirst {
				t.Errorf("got %+v", i)
			}
			if d := i.Duration - c.want.Duration; d > 60*time.Millisecond || d < -60*time.Millisecond {
				t.Errorf("lasts %v, want %v", i.Duration, c.want.Duration)
			}
			w := c.want
			w.Duration, w.FrameRate, w.BitRate, w.IndexFirst, w.IndexMoved = i.Duration, i.FrameRate, i.BitRate, i.IndexFirst, i.IndexMoved
			if i.Kind == Image {
				w.Width, w.Height = i.Width, i.Height
			}
			if i != w {
				t.Errorf("got %+v\nwant %+v", i, w)
			}
			// Cut in the middle it is refused or at least never trusted further than it goes.
			if i.Kind == Video || i.Kind == PDF || i.Kind == Image {
				_, err := f.Put(t.Context(), c.name, bytes.NewReader(b[:len(b)*2/3]))
				wantKey(t, err, "file.broken")
				nothingLeft(t, f, 1)
			}
		})
	}
}

func TestPosterAndCard(t *testing.T) {
	noise := image.NewRGBA(image.Rect(0, 0, 1600, 2400))
	for i := range noise.Pix {
		noise.Pix[i] = byte(i * i >> 3 * 7)
	}
	small := image.NewGray(image.Rect(5, 5, 8, 7))
	for _, img := range []image.Image{noise, small, image.NewUniform(color.White)} {
		if _, flat := img.(*image.Uniform); flat {
			continue // without bounds there is no picture
		}
		jpg, w, h, err := Poster(img)
		if err != nil || len(jpg) > 120_000 || w > 1080 {
			t.Errorf("poster of %v: %d bytes, %d×%d, %v", img.Bounds(), len(jpg), w, h, err)
		}
		if c, err := jpeg.DecodeConfig(bytes.NewReader(jpg)); err != nil || c.Width != w || c.Height != h {
			t.Errorf("poster says %d×%d and is %+v, %v", w, h, c, err)
		}
		card, err := Card(img)
		if c, e := jpeg.DecodeConfig(bytes.NewReader(card)); err != nil || e != nil || c.Width != 1200 || c.Height != 630 || len(card) >= 300_000 {
			t.Errorf("card of %v: %d bytes, %+v, %v, %v", img.Bounds(), len(card), c, err, e)
		}
	}
	if _, _, _, err := Poster(image.NewGray(image.Rectangle{})); err == nil {
		t.Error("a poster of nothing")
	}
}

func TestDrawCard(t *testing.T) {
	for i, c := range [][3]string{
		{"Social Club", "Oxmo Puccino", "#C2410C"},
		{"Œuvre complète : l’été déjà à Noël, un cœur passé de main en main jusqu’au bout de la nuit", "Éditions du Lac", "#0a7"},
		{"🔥🎬 Feu", "🎤", "not a colour"},
		{"שלום עולם العربية", "", "#ffffff"},
		{strings.Repeat("Donaudampfschifffahrtsgesellschaft", 5), strings.Repeat("long ", 100), "#000000"},
		{"", "", ""},
	} {
		card, err := DrawCard(c[0], c[1], c[2])
		cfg, e := jpeg.DecodeConfig(bytes.NewReader(card))
		if err != nil || e != nil || cfg.Width != 1200 || cfg.Height != 630 || len(card) >= 300_000 {
			t.Errorf("%q: %d bytes, %+v, %v, %v", c[0], len(card), cfg, err, e)
		}
		if dir := os.Getenv("PASSALONG_TEST_PICTURES"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("card-%d.jpg", i)), card, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	f, err := fonts()
	if err != nil {
		t.Fatal(err)
	}
	if got := printable(f.bold, "Œuvre\u202f: é 🔥 שלום ok"); got != "Œuvre : é ok" {
		t.Errorf("printable is %q", got)
	}
}

func TestOrientation(t *testing.T) {
	var b bytes.Buffer
	img := image.NewRGBA(image.Rect(0, 0, 32, 16))
	for y := range 16 {
		for x := range 16 {
			img.Set(x, y, color.White)
		}
	}
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	whole := append([]byte("\xff\xd8\xff\xe1\x00"+string(rune(len(exif)+2))+exif), b.Bytes()[2:]...)
	got, err := DecodeImage(bytes.NewReader(whole), int64(len(whole)), "a.jpg", Options{})
	if err != nil || got.Bounds().Dx() != 16 || got.Bounds().Dy() != 32 {
		t.Fatalf("%v, %v", got, err)
	}
	if r, _, _, _ := got.At(8, 4).RGBA(); r < 0xf000 { // the white left half is on top after a quarter turn right
		t.Error("turned the wrong way")
	}
	var p bytes.Buffer
	if err := png.Encode(&p, image.NewGray(image.Rect(0, 0, 200, 200))); err != nil {
		t.Fatal(err)
	}
	_, err = DecodeImage(bytes.NewReader(p.Bytes()), int64(p.Len()), "a.png", Options{Pixels: 1000})
	wantKey(t, err, "file.too_many_pixels")
}
