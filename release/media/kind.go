package media

import (
	"bytes"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"passalong/release/words"
)

// Kind is what a file really is; the player shows each in its own way.
type Kind string

// The kinds. Whatever is none of the others is a Download.
const (
	Video    Kind = "video"
	Audio    Kind = "audio"
	PDF      Kind = "pdf"
	Image    Kind = "image"
	Article  Kind = "article"
	Download Kind = "file"
)

// articleLimit bounds Markdown: a long book is 2 MB.
const articleLimit = 4 << 20

// claims are the extensions that promise a kind; a file that breaks the
// promise is refused rather than stored as something else.
func promised(name string) Kind {
	switch strings.ToLower(path.Ext(name)) {
	case ".mp4", ".m4v", ".mov", ".webm", ".mkv":
		return Video
	case ".mp3", ".m4a", ".ogg", ".oga", ".opus", ".wav", ".flac", ".aac":
		return Audio
	case ".pdf":
		return PDF
	case ".jpg", ".jpeg", ".png", ".webp", ".gif":
		return Image
	case ".md", ".markdown":
		return Article
	}
	return Download
}

// sniff tells the format from the first bytes: one of "mp4", "webm", "mp3",
// "ogg", "wav", "flac", "pdf", "jpeg", "png", "webp", "gif" or "".
func sniff(head []byte) string {
	at := func(i int, s string) bool { return len(head) >= i+len(s) && string(head[i:i+len(s)]) == s }
	switch {
	case at(4, "ftyp"), at(4, "moov"), at(4, "wide"), at(4, "mdat") && len(head) > 16:
		return "mp4"
	case at(0, "\x1aE\xdf\xa3"):
		return "webm"
	case at(0, "ID3"), mp3Frame(head) > 0:
		return "mp3"
	case at(0, "OggS"):
		return "ogg"
	case at(0, "RIFF") && at(8, "WAVE"):
		return "wav"
	case at(0, "RIFF") && at(8, "WEBP"):
		return "webp"
	case at(0, "fLaC"):
		return "flac"
	case at(0, "\xff\xd8\xff"):
		return "jpeg"
	case at(0, "\x89PNG\r\n\x1a\n"):
		return "png"
	case at(0, "GIF87a"), at(0, "GIF89a"):
		return "gif"
	}
	// Some exporters put white space or a byte order mark before a PDF; markup
	// before it is a polyglot and no PDF.
	if bytes.HasPrefix(bytes.TrimLeft(head[:min(len(head), 1024)], "\xef\xbb\xbf \t\r\n\x00"), []byte("%PDF-")) {
		return "pdf"
	}
	return ""
}

// isText reads a file of up to articleLimit bytes: UTF-8 without NUL.
func isText(r io.ReaderAt, size int64) bool {
	if size > articleLimit {
		return false
	}
	b := make([]byte, size)
	if _, err := r.ReadAt(b, 0); err != nil && err != io.EOF {
		return false
	}
	return utf8.Valid(b) && !bytes.ContainsRune(b, 0)
}

// notWhatItSays is the refusal of a promise that was not kept.
func notWhatItSays(name string, k Kind, err error) *Error {
	return refuse("file.not_what_it_says", err, "name", name, "kind", words.Key("units.kind."+string(k)))
}
