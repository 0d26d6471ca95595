package tokens

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// trailing is what chats, mails and people put behind an address and apps
// then take for a part of it. No token ends in any of these.
const trailing = ".,;:!?…·*~|^`´'\"()[]{}<>«»‹›‘’‚“”„" + // written text
	"。，、；：！？）】」』》〉．" + // full width
	" \u00a0\u2009\u202f\u3000" + // spaces
	"\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f" + // seen by nobody
	"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" // direction marks

// Trim takes off what got stuck behind a token when it was pasted, plain or
// %-encoded, before it is verified. A token as it was minted stays as it is;
// CR, LF and other control characters are never taken off.
func Trim(path string) string {
	for {
		n := tail(path)
		if n == 0 {
			return path
		}
		path = path[:len(path)-n]
	}
}

// tail is the length of one trailing mark, 0 for none.
func tail(s string) int {
	r, n := utf8.DecodeLastRuneInString(s)
	if n > 0 && r != utf8.RuneError && strings.ContainsRune(trailing, r) {
		return n
	}
	// A mark of up to three bytes is up to three %XX.
	for n := 3; n <= 9 && n <= len(s); n += 3 {
		end := s[len(s)-n:]
		if end[0] != '%' {
			return 0
		}
		plain, err := url.PathUnescape(end)
		if err != nil {
			return 0
		}
		r, size := utf8.DecodeRuneInString(plain)
		if size == len(plain) && r != utf8.RuneError && strings.ContainsRune(trailing, r) {
			return n
		}
	}
	return 0
}
