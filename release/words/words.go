// Package words owns what people read: the sentences in English and French,
// plurals, numbers, sizes, durations, dates and the names of channels. It
// imports nothing of ours and never decides what to say, only how it is said.
//
// # Catalogs
//
// A sentence stands in catalog/<lang>/<surface>.json, one file per surface:
// errors, player, console, report, cli, share, units. The surface is the first
// part of the key and is implied inside its file: "landing.button" in
// player.json is asked for as "player.landing.button". Keys are lower case,
// dotted, [a-z0-9_] between the dots, and stand in every language.
//
// A value is a string with {name} placeholders, or plural forms chosen by the
// argument n with CLDR's rules (French has "many" for whole millions; a form
// that is missing falls back to "other"; "=0", "=1" … match exactly and go first):
//
//	{
//	  "landing.button": "Watch",
//	  "share.left": {"=0": "None left", "one": "{n} left", "other": "{n} left"}
//	}
//
// A campaign that says tu: add "<key>.tu" beside the key, in the French file
// only; Words.With(Tu) picks it where it exists.
//
// An Error of the rules or of media carries its key below "errors.":
// No(kind, "link.taken") is "errors.link.taken".
//
// Placeholders are the same in every language. Numbers, durations and times
// given as arguments are formatted for the language; give a string where a
// number must stay as it is (a year). Sentences are plain text: html/template
// escapes them, and no catalog holds markup. French is typed with real
// typography: ’ « » and U+202F before ; : ? ! » and after «.
package words

import (
	"strings"

	"golang.org/x/text/language"
)

// Lang is a language of the catalogs, as a BCP 47 code ("en", "fr").
type Lang string

// The languages there are.
const (
	English Lang = "en"
	French  Lang = "fr"
)

// Tone is how a campaign speaks to its fans where the language has a choice.
type Tone string

// Vous is the default; Tu prefers the ".tu" variants.
const (
	Vous Tone = "vous"
	Tu   Tone = "tu"
)

// Langs lists the languages, the default first.
func Langs() []Lang { return []Lang{English, French} }

// Name is the language's own name for itself, for a switch.
func (l Lang) Name() string {
	if l == French {
		return "Français"
	}
	return "English"
}

// Match picks the language for a reader: preferred (an explicit choice or a
// campaign's language, may be empty) goes before the Accept-Language header.
// Anything unreadable ends at English.
func Match(acceptLanguage, preferred string) Lang {
	for _, ask := range []string{preferred, acceptLanguage} {
		if len(ask) > 300 { // nobody reads a dozen languages; a header of megabytes is no reader
			ask = ask[:strings.LastIndexByte(ask[:300], ',')+1]
		}
		tags, _, err := language.ParseAcceptLanguage(strings.TrimRight(ask, ", "))
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, i, c := data().matcher.Match(tags...); c >= language.Low {
			return Langs()[i]
		}
	}
	return English
}

// Words speaks one language in one tone. The zero value speaks English.
type Words struct {
	lang Lang
	tone Tone
}

// In returns the words of a language; an unknown one is English.
func In(lang Lang) Words {
	if lang != French {
		lang = English
	}
	return Words{lang: lang}
}

// With returns the same words in a tone.
func (w Words) With(tone Tone) Words { w.tone = tone; return w }

// Lang is the language spoken, for the page's lang attribute.
func (w Words) Lang() Lang {
	if w.lang == "" {
		return English
	}
	return w.lang
}

// Dir is the writing direction, "ltr" or "rtl", for the page's dir attribute.
func (w Words) Dir() string { return "ltr" }

// Has tells whether a key can be said.
func (w Words) Has(key string) bool { _, ok := data().sentences[w.Lang()][key]; return ok }

// T says a key. Arguments are one map (map[string]any or map[string]string) or
// pairs, "n", 3, "name", x. A key that no catalog has comes back as it is.
func (w Words) T(key string, args ...any) string {
	all := data().sentences[w.Lang()]
	s, ok := all[key]
	if w.tone == Tu {
		if v, has := all[key+".tu"]; has {
			s, ok = v, true
		}
	}
	if !ok {
		return key
	}
	get := argument(args)
	n, _ := get("n")
	return w.fill(s.form(w.Lang(), n), get)
}

// fill replaces each {name} once; what an argument holds is never read again
// for placeholders, so a person called {by} stays {by}.
func (w Words) fill(text string, get func(string) (any, bool)) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '{')
		if i < 0 {
			break
		}
		j := strings.IndexByte(text[i:], '}')
		if j < 0 {
			break
		}
		b.WriteString(text[:i])
		if v, ok := get(text[i+1 : i+j]); ok {
			b.WriteString(w.value(v))
		} else {
			b.WriteString(text[i : i+j+1])
		}
		text = text[i+j+1:]
	}
	b.WriteString(text)
	return b.String()
}

// argument returns a look-up over a map or pairs.
func argument(args []any) func(string) (any, bool) {
	if len(args) == 1 {
		switch m := args[0].(type) {
		case map[string]any:
			return func(k string) (any, bool) { v, ok := m[k]; return v, ok }
		case map[string]string:
			return func(k string) (any, bool) { v, ok := m[k]; return v, ok }
		}
	}
	return func(k string) (any, bool) {
		for i := 0; i+1 < len(args); i += 2 {
			if name, ok := args[i].(string); ok && name == k {
				return args[i+1], true
			}
		}
		return nil, false
	}
}
