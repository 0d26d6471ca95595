package media

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Tools are the programs of the machine that make more of a file; an empty
// path is one that is not installed. Nothing depends on them.
type Tools struct {
	FFmpeg   string
	PDFToPPM string
}

// FindTools looks for the programs.
func FindTools() Tools {
	find := func(name string) string {
		path, err := exec.LookPath(name)
		if err != nil {
			return ""
		}
		return path
	}
	return Tools{FFmpeg: find("ffmpeg"), PDFToPPM: find("pdftoppm")}
}

// Rendition is a smaller picture of a clip.
type Rendition struct {
	Name string // "480p", "720p": the variant is Name + ".mp4"
	Side int    // pixels of the shorter side
	Rate int    // bits per second at most
}

// renditions are what cheap phones and slow lines get.
func renditions() []Rendition {
	return []Rendition{{"480p", 480, 900_000}, {"720p", 720, 2_000_000}}
}

// Wanted lists the renditions that are smaller than the clip itself, in
// picture or in rate; none for what is no video.
func Wanted(info Info) []Rendition {
	side := min(info.Width, info.Height)
	if info.Kind != Video || side == 0 {
		return nil
	}
	return slices.DeleteFunc(renditions(), func(r Rendition) bool {
		return side < r.Side || side == r.Side && info.BitRate < int64(r.Rate)*5/4 && info.VideoCodec == "h264"
	})
}

// Render makes one rendition of the clip ref, H.264 and AAC with its index
// first, and keeps it as the variant "<name>.mp4". progress (may be nil) hears
// how far it is, from 0 to 1. The clip is read as a local file only, by
// arguments and never through a shell; when ctx ends the program ends.
func (t Tools) Render(ctx context.Context, f *Files, ref string, info Info, r Rendition, progress func(float64)) (File, error) {
	even := fmt.Sprintf("scale=w='if(gt(iw,ih),-2,min(%[1]d,iw))':h='if(gt(iw,ih),min(%[1]d,ih),-2)':flags=lanczos,format=yuv420p", r.Side)
	args := []string{
		"-map", "0:v:0", "-map", "0:a:0?", "-map_metadata", "-1", "-map_chapters", "-1", "-dn", "-sn",
		"-vf", even, "-fpsmax", "30", "-c:v", "libx264", "-profile:v", "main", "-preset", "veryfast", "-crf", "26",
		"-maxrate", strconv.Itoa(r.Rate), "-bufsize", strconv.Itoa(2 * r.Rate), "-g", "60",
		"-c:a", "aac", "-b:a", "96k", "-ac", "2", "-movflags", "+faststart", "-f", "mp4",
	}
	limit := 2*time.Minute + 20*info.Duration
	return t.derive(ctx, f, ref, r.Name+".mp4", demuxer(info), args, info.Duration, limit, progress)
}

// Frame takes the picture at a quarter of a clip, for its poster.
func (t Tools) Frame(ctx context.Context, f *Files, ref string, info Info) (image.Image, error) {
	if t.FFmpeg == "" {
		return nil, errors.ErrUnsupported
	}
	var img image.Image
	err := f.temporary(func(tmp *os.File) error {
		at := strconv.FormatFloat(min(info.Duration.Seconds()/4, 30), 'f', 3, 64)
		err := t.ffmpeg(ctx, f, ref, append(demuxer(info), "-ss", at), []string{"-map", "0:v:0", "-frames:v", "1", "-vf",
			"scale=w='min(1920,iw)':h=-2", "-c:v", "mjpeg", "-q:v", "3", "-f", "image2pipe"}, tmp.Name(), 0, time.Minute, nil)
		if err != nil {
			return err
		}
		img, err = jpeg.Decode(tmp)
		return err
	})
	return img, err
}

// derive runs ffmpeg into a temporary file that becomes a variant of ref.
func (t Tools) derive(ctx context.Context, f *Files, ref, variant string, before, args []string, length, limit time.Duration, progress func(float64)) (File, error) {
	if t.FFmpeg == "" {
		return File{}, errors.ErrUnsupported
	}
	var out File
	err := f.temporary(func(tmp *os.File) error {
		if err := t.ffmpeg(ctx, f, ref, before, args, tmp.Name(), length, limit, progress); err != nil {
			return err
		}
		var err error
		out, err = f.PutAs(ctx, Variant(ref, variant), variant, tmp)
		return err
	})
	return out, err
}

// demuxer names the one format to read, so that a playlist in disguise is not
// followed to other files.
func demuxer(info Info) []string {
	if strings.HasSuffix(info.Mime, "webm") || strings.HasSuffix(info.Mime, "matroska") {
		return []string{"-f", "matroska"}
	}
	return []string{"-f", "mov"}
}

// ffmpeg runs it on a file of the folder, writing over another.
func (t Tools) ffmpeg(ctx context.Context, f *Files, ref string, before, args []string, out string, length, limit time.Duration, progress func(float64)) error {
	if !goodRef(ref) {
		return refuse("file.unknown", os.ErrNotExist)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	all := slices.Concat([]string{"-hide_banner", "-nostdin", "-v", "error", "-y", "-progress", "pipe:1", "-protocol_whitelist", "file"},
		before, []string{"-i", "file:" + filepath.Join(f.dir, ref)}, args,
		[]string{"-fs", strconv.FormatInt(f.o.Limit, 10), "file:" + filepath.Join(f.dir, filepath.Base(out))})
	cmd := exec.CommandContext(ctx, t.FFmpeg, all...)
	cmd.Env, cmd.WaitDelay = []string{"PATH=/usr/bin:/bin", "LC_ALL=C"}, 5*time.Second
	said := &tail{}
	cmd.Stderr = said
	lines, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	for s := bufio.NewScanner(lines); s.Scan(); {
		us, ok := strings.CutPrefix(s.Text(), "out_time_us=")
		n, err := strconv.ParseFloat(us, 64)
		if ok && err == nil && progress != nil && length > 0 {
			progress(min(1, max(0, n/float64(length.Microseconds()))))
		}
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("ffmpeg: %w: %s", errors.Join(err, ctx.Err()), said)
	}
	return nil
}

// Pages draws the pages of a PDF as the variants "page-1.png", "page-2.png" …
// of at most 1080 pixels across, from first to last (from 1, last included).
func (t Tools) Pages(ctx context.Context, f *Files, ref string, first, last int) ([]File, error) {
	if t.PDFToPPM == "" {
		return nil, errors.ErrUnsupported
	}
	if !goodRef(ref) || first < 1 {
		return nil, refuse("file.unknown", os.ErrNotExist)
	}
	var all []File
	for page := first; page <= last; page++ {
		file, err := t.page(ctx, f, ref, page)
		if err != nil {
			return all, err
		}
		all = append(all, file)
	}
	return all, nil
}

func (t Tools) page(ctx context.Context, f *Files, ref string, page int) (File, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	n := strconv.Itoa(page)
	cmd := exec.CommandContext(ctx, t.PDFToPPM, "-png", "-f", n, "-l", n, "-scale-to-x", "1080", "-scale-to-y", "-1", filepath.Join(f.dir, ref))
	cmd.Env, cmd.WaitDelay = []string{"PATH=/usr/bin:/bin", "LC_ALL=C"}, 5*time.Second
	said, picture := &tail{}, &capped{left: 64 << 20}
	cmd.Stderr, cmd.Stdout = said, picture
	if err := cmd.Run(); err != nil {
		return File{}, fmt.Errorf("pdftoppm: %w: %s", errors.Join(err, ctx.Err()), said)
	}
	if _, err := png.DecodeConfig(bytes.NewReader(picture.Bytes())); err != nil {
		return File{}, fmt.Errorf("pdftoppm: page %d: %w", page, err)
	}
	name := "page-" + n + ".png"
	return f.PutAs(ctx, Variant(ref, name), name, &picture.Buffer)
}

// tail keeps the last words of a program.
type tail struct{ b []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	if len(t.b) > 1000 {
		t.b = t.b[len(t.b)-1000:]
	}
	return len(p), nil
}

func (t *tail) String() string { return strings.TrimSpace(string(t.b)) }

// capped is a buffer that stops taking.
type capped struct {
	bytes.Buffer
	left int
}

func (c *capped) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left < 0 {
		return 0, io.ErrShortBuffer
	}
	return c.Buffer.Write(p)
}
