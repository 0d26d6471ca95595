package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"passalong/release/words"
)

// atom builds a box.
func atom(kind string, parts ...[]byte) []byte {
	b := append(make([]byte, 4, 64), kind...)
	for _, p := range parts {
		b = append(b, p...)
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

func be(v ...uint32) []byte {
	var b []byte
	for _, x := range v {
		b = binary.BigEndian.AppendUint32(b, x)
	}
	return b
}

// clip builds a small MP4 whose one chunk is found by its offset; the index
// comes last.
func clip(payload []byte, codec string) []byte {
	ftyp := atom("ftyp", []byte("isom"), be(0), []byte("isom"))
	entry := atom(codec, make([]byte, 24), []byte{3, 0x20, 1, 0xc2}, make([]byte, 50)) // 800×450
	stbl := atom("stbl",
		atom("stsd", be(0, 1), entry), atom("stsz", be(0, 0, 1, uint32(len(payload)))),
		atom("stco", be(0, 1, uint32(len(ftyp)+8))))
	mdia := atom("mdia", atom("mdhd", be(0, 0, 0, 1000, 4000, 0)),
		atom("hdlr", be(0, 0), []byte("vide"), make([]byte, 13)), atom("minf", stbl))
	moov := atom("moov", atom("mvhd", be(0, 0, 0, 1000, 4000), make([]byte, 80)), atom("trak", mdia))
	return bytes.Join([][]byte{ftyp, atom("mdat", payload), moov}, nil)
}

// chunk follows the first stco or co64 to what it points at.
func chunk(t *testing.T, b []byte, n int) []byte {
	t.Helper()
	if i := bytes.Index(b, []byte("stco")); i >= 0 {
		at := binary.BigEndian.Uint32(b[i+12:])
		return b[at : int(at)+n]
	}
	i := bytes.Index(b, []byte("co64"))
	at := binary.BigEndian.Uint64(b[i+12:])
	return b[at : int(at)+n]
}

func TestFastStart(t *testing.T) {
	payload := []byte("the picture's bytes")
	src := clip(payload, "avc1")
	if !bytes.Equal(chunk(t, src, len(payload)), payload) {
		t.Fatal("the test's own clip is wrong")
	}
	f := open(t, Options{})
	got, err := f.Put(t.Context(), "clip.mp4", bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	if !got.Info.IndexFirst || !got.Info.IndexMoved || got.Sent == got.SHA256 || got.Info.Width != 800 || got.Info.Height != 450 || got.Info.Duration != 4*time.Second {
		t.Errorf("got %+v", got)
	}
	out, err := os.ReadFile(filepath.Join(f.dir, got.Ref))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(chunk(t, out, len(payload)), payload) {
		t.Error("the index points elsewhere after the move")
	}
	again, err := f.Put(t.Context(), "clip.mp4", bytes.NewReader(src))
	if err != nil || again.Ref != got.Ref {
		t.Errorf("the same upload is %s, then %s, %v", got.Ref, again.Ref, err)
	}
	nothingLeft(t, f, 1)

	var same bytes.Buffer
	if err := FastStart(t.Context(), bytes.NewReader(out), int64(len(out)), &same); err != nil || !bytes.Equal(same.Bytes(), out) {
		t.Errorf("a clip that is right was changed, %v", err)
	}
}

// Beyond 4 GB the offsets take 64 bits, and the index grows by it.
func TestRelocatedWide(t *testing.T) {
	src := clip([]byte("x"), "avc1")
	i := bytes.LastIndex(src, []byte("moov"))
	content, old := src[i+4:], box{kind: "moov", at: 5 << 30, to: 5<<30 + int64(len(src)-i+4)}
	out, err := relocated(content, old, 24, 5<<30+1000)
	if err != nil {
		t.Fatal(err)
	}
	j := bytes.Index(out, []byte("co64"))
	if j < 0 || binary.BigEndian.Uint64(out[j+12:]) != uint64(28+len(out)) {
		t.Errorf("co64 at %d, %x", j, out[j:j+20])
	}
	if len(out) != len(content)+8+4 {
		t.Errorf("the index grew by %d", len(out)-len(content)-8)
	}
}

// What ffmpeg makes of a real clip with its index at the end, played through.
func TestFastStartPlays(t *testing.T) {
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	dir := t.TempDir()
	src := filepath.Join(dir, "src.mp4")
	make := exec.Command(ffmpeg, "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25:duration=3",
		"-f", "lavfi", "-i", "sine=duration=3", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", src)
	if out, err := make.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(src)
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, Options{})
	got, err := f.Put(t.Context(), "src.mp4", bytes.NewReader(b))
	if err != nil || !got.Info.IndexMoved || got.Info.FrameRate != 25 || !got.Info.HasSound {
		t.Fatalf("%+v, %v", got, err)
	}
	frames := func(path string) string {
		out, err := exec.Command(ffmpeg, "-v", "error", "-i", path, "-f", "framemd5", "-").CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	if frames(src) != frames(filepath.Join(f.dir, got.Ref)) {
		t.Error("the clip plays differently after the move")
	}

	tools := FindTools()
	wanted := Wanted(got.Info)
	if len(wanted) == 0 || wanted[0].Name != "480p" {
		t.Fatalf("wanted %v", wanted)
	}
	last := 0.0
	r, err := tools.Render(t.Context(), f, got.Ref, got.Info, wanted[0], func(p float64) { last = p })
	if err != nil {
		t.Fatal(err)
	}
	if r.Info.Height != 480 || r.Info.VideoCodec != "h264" || r.Info.AudioCodec != "aac" || !r.Info.IndexFirst || r.Ref != got.Ref+".480p.mp4" {
		t.Errorf("rendition %+v", r)
	}
	if last < 0.5 {
		t.Errorf("progress ended at %v", last)
	}
	img, err := tools.Frame(t.Context(), f, got.Ref, got.Info)
	if err != nil || img.Bounds().Dx() != 1280 {
		t.Errorf("frame %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tools.Render(ctx, f, got.Ref, got.Info, wanted[0], nil); err == nil {
		t.Error("rendered after the context's end")
	}
	nothingLeft(t, f, 2)
}

func TestWithoutTools(t *testing.T) {
	f := open(t, Options{})
	if _, err := (Tools{}).Render(t.Context(), f, "aa", Info{}, Rendition{}, nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
	if _, err := (Tools{}).Pages(t.Context(), f, "aa", 1, 2); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
}

func TestPageImages(t *testing.T) {
	tools := FindTools()
	if tools.PDFToPPM == "" {
		t.Skip("poppler-utils is not installed")
	}
	f := open(t, Options{})
	got, err := f.Put(t.Context(), "paper.pdf", bytes.NewReader(real(t, "paper.pdf")))
	if err != nil {
		t.Fatal(err)
	}
	all, err := tools.Pages(t.Context(), f, got.Ref, 1, 2)
	if err != nil || len(all) != 2 || all[1].Ref != got.Ref+".page-2.png" || all[0].Info.Width != 1080 {
		t.Fatalf("%+v, %v", all, err)
	}
}

// U3: atoms that lie about their size, nest without end, or never end.
func TestHostileAtoms(t *testing.T) {
	good := clip([]byte("x"), "avc1")
	deep := []byte{}
	for range 10_000 {
		deep = atom("stbl", deep)
	}
	loops := bytes.Repeat(atom("free"), boxesAtMost+10)
	ftyp := atom("ftyp", []byte("isom"), be(0))
	huge := clip([]byte("x"), "avc1")
	i := bytes.Index(huge, []byte("mdhd"))
	copy(huge[i+4:], be(0x01000000))
	for name, b := range map[string][]byte{
		"no index":       bytes.Join([][]byte{ftyp, atom("mdat", []byte("x"))}, nil),
		"two indexes":    append(bytes.Clone(good), good[bytes.LastIndex(good, []byte("moov"))-4:]...),
		"nested":         bytes.Join([][]byte{ftyp, atom("mdat"), atom("moov", atom("trak", atom("mdia", deep)))}, nil),
		"many":           append(bytes.Clone(ftyp), loops...),
		"size below 8":   append(bytes.Clone(ftyp), 0, 0, 0, 3, 'm', 'o', 'o', 'v'),
		"large size":     append(bytes.Clone(ftyp), 0, 0, 0, 1, 'm', 'd', 'a', 't', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
		"no picture":     clip([]byte("x"), "")[:40],
		"nothing inside": bytes.Join([][]byte{ftyp, atom("mdat"), atom("moov")}, nil),
	} {
		start := time.Now()
		_, err := Inspect(bytes.NewReader(b), int64(len(b)), "clip.mp4", Options{})
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", name, err)
		}
		if d := time.Since(start); d > time.Second {
			t.Errorf("%s took %v", name, d)
		}
	}
	if _, err := seconds(math.MaxUint64, 1); err == nil {
		t.Error("a clip of 5e11 years")
	}
}

func TestJudge(t *testing.T) {
	right := Info{Kind: Video, Mime: "video/mp4", VideoCodec: "h264", Profile: "main", AudioCodec: "aac", HasSound: true, Width: 1280, Height: 720, BitRate: 1_500_000, FrameRate: 25, Duration: time.Minute, IndexFirst: true}
	if all := Judge(right, 1e6); len(all) != 0 {
		t.Errorf("a good clip is told %v", all)
	}
	for _, c := range []struct {
		change func(*Info)
		key    string
	}{
		{func(i *Info) { i.VideoCodec = "hevc" }, "advice.video_codec"},
		{func(i *Info) { i.Profile = "high422" }, "advice.video_profile"},
		{func(i *Info) { i.Mime = "video/quicktime" }, "advice.container"},
		{func(i *Info) { i.AudioCodec = "opus" }, "advice.sound_codec"},
		{func(i *Info) { i.BitRate = 9_000_000 }, "advice.bit_rate"},
		{func(i *Info) { i.Width, i.Height = 3840, 2160 }, "advice.picture_large"},
		{func(i *Info) { i.FrameRate = 59.94 }, "advice.frame_rate"},
		{func(i *Info) { i.HasSound = false }, "advice.no_sound"},
		{func(i *Info) { i.IndexMoved = true }, "advice.index_moved"},
		{func(i *Info) { i.Duration = 0 }, "advice.no_length"},
		{func(i *Info) { i.Duration = 5 * time.Hour }, "advice.long"},
		{func(i *Info) { *i = Info{Kind: Audio, AudioCodec: "flac"} }, "advice.sound_codec"},
		{func(i *Info) { *i = Info{Kind: PDF, Pages: 3} }, "advice.pdf_heavy"},
		{func(i *Info) { *i = Info{Kind: Image, Width: 9000, Height: 10} }, "advice.image_large"},
	} {
		i := right
		c.change(&i)
		all := Judge(i, 50e6)
		if len(all) != 1 || all[0].Key != c.key {
			t.Errorf("%s: got %v", c.key, all)
			continue
		}
		for _, l := range words.Langs() {
			if said := words.In(l).T("errors."+all[0].Key, all[0].Args); strings.ContainsAny(said, "{}") || strings.HasPrefix(said, "errors.") {
				t.Errorf("%s: %q", l, said)
			}
		}
	}
}
