package media

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/language"
)

// Caption is a caption file found beside a clip.
type Caption struct {
	Lang string // BCP 47 code from the name, "" when it has none
	Path string
}

// captionsAtMost bounds a caption file: the subtitles of a long film are 200 KB.
const captionsAtMost = 4 << 20

// FindCaptions lists the captions beside a clip on disk, by name: for
// clip.mp4, clip.vtt, clip.fr.vtt and clip.fr.srt. WebVTT goes before SRT of
// the same language.
func FindCaptions(clip string) ([]Caption, error) {
	all, err := os.ReadDir(filepath.Dir(clip))
	if err != nil {
		return nil, err
	}
	stem := strings.TrimSuffix(filepath.Base(clip), filepath.Ext(clip))
	var found []Caption
	for _, ext := range []string{".vtt", ".srt"} {
		for _, d := range all {
			rest, ok := strings.CutPrefix(d.Name(), stem)
			if !ok || d.IsDir() || !strings.EqualFold(filepath.Ext(d.Name()), ext) {
				continue
			}
			lang := strings.TrimPrefix(rest[:len(rest)-len(ext)], ".")
			if lang != "" {
				tag, err := language.Parse(lang)
				if err != nil {
					continue
				}
				lang = tag.String()
			}
			if !slices.ContainsFunc(found, func(c Caption) bool { return c.Lang == lang }) {
				found = append(found, Caption{lang, filepath.Join(filepath.Dir(clip), d.Name())})
			}
		}
	}
	slices.SortFunc(found, func(a, b Caption) int { return strings.Compare(a.Lang, b.Lang) })
	return found, nil
}

var (
	cueTime = regexp.MustCompile(`^\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})\s*-->\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})(.*)$`)
	cueTags = regexp.MustCompile(`(?i)</?(?:font|span|s)\b[^>]*>|\{\\?[^}]*\}`)
	cueKeep = regexp.MustCompile(`(?i)^</?[biu]>`)
)

// Captions turns SRT or WebVTT in UTF-8 (with or without a mark), UTF-16 or
// Latin-1, with any line ends, into valid WebVTT. Cues that cannot be read are
// left out; a file without one readable cue is an *Error. The name is for the
// sentence only.
func Captions(src []byte, name string) ([]byte, error) {
	name = CleanName(name)
	if len(src) > captionsAtMost {
		return nil, refuse("captions.too_large", nil, "name", name)
	}
	text, err := decodeText(src)
	if err != nil {
		return nil, refuse("captions.unreadable", err, "name", name)
	}
	isVTT := strings.HasPrefix(text, "WEBVTT")
	out := bytes.NewBufferString("WEBVTT\n")
	cues := 0
	s := bufio.NewScanner(strings.NewReader(text))
	s.Buffer(nil, captionsAtMost+1)
	for s.Scan() {
		m := cueTime.FindStringSubmatch(s.Text())
		if m == nil {
			continue
		}
		from, to := stamp(m[1:5]), stamp(m[5:9])
		var lines []string
		for s.Scan() && strings.TrimSpace(s.Text()) != "" {
			if line := cueText(s.Text(), isVTT); strings.TrimSpace(line) != "" {
				lines = append(lines, line)
			}
		}
		if to <= from || len(lines) == 0 {
			continue
		}
		settings := ""
		if isVTT {
			settings = strings.TrimRight(" "+strings.TrimSpace(m[9]), " ")
		}
		fmt.Fprintf(out, "\n%s --> %s%s\n%s\n", from, to, settings, strings.Join(lines, "\n"))
		cues++
	}
	if cues == 0 {
		return nil, refuse("captions.unreadable", s.Err(), "name", name)
	}
	return out.Bytes(), nil
}

// stamp writes hours, minutes, seconds and thousandths as WebVTT does.
func stamp(p []string) string {
	h := p[0]
	if h == "" {
		h = "0"
	}
	return fmt.Sprintf("%02s:%02s:%02s.%s", pad(h), pad(p[1]), pad(p[2]), (p[3] + "000")[:3])
}

func pad(s string) string {
	if len(s) < 2 {
		return "0" + s
	}
	return s
}

// cueText makes one line of a cue safe: WebVTT keeps its own markup, SRT keeps
// b, i and u, and everything else becomes text.
func cueText(line string, isVTT bool) string {
	line = strings.ReplaceAll(line, "-->", "→")
	if isVTT {
		return line
	}
	line = cueTags.ReplaceAllString(line, "")
	var b strings.Builder
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == '<' && cueKeep.MatchString(line[i:]):
			end := strings.IndexByte(line[i:], '>') + 1
			b.WriteString(strings.ToLower(line[i : i+end]))
			i += end
			continue
		case c == '<':
			b.WriteString("&lt;")
		case c == '&':
			b.WriteString("&amp;")
		default:
			b.WriteByte(c)
		}
		i++
	}
	return b.String()
}

// decodeText reads text of unknown encoding and unifies its line ends.
func decodeText(src []byte) (string, error) {
	switch {
	case bytes.HasPrefix(src, []byte("\xff\xfe")), bytes.HasPrefix(src, []byte("\xfe\xff")):
		b, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(src)
		if err != nil {
			return "", err
		}
		src = b
	case !utf8.Valid(src):
		b, err := charmap.Windows1252.NewDecoder().Bytes(src)
		if err != nil {
			return "", err
		}
		src = b
	}
	if bytes.IndexByte(src, 0) >= 0 {
		return "", errors.New("not text")
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\ufeff", "").Replace(string(src)), nil
}
