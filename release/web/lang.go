package web

import (
	"net/http"
	"net/url"

	"passalong/release/words"
)

// LangParam is the query parameter of the language switch. It is the whole
// preference: no cookie remembers a language.
const LangParam = "lang"

// Lang is the language of an answer: ?lang= when it names a language we speak,
// else Accept-Language, else the campaign's (may be empty), else English.
func Lang(r *http.Request, campaign string) words.Lang {
	if asked, ok := AskedLang(r); ok {
		return asked
	}
	accept := r.Header.Get("Accept-Language")
	if accept == "" || accept == "*" {
		accept = campaign
	}
	return words.Match(accept, "")
}

// AskedLang is the language the reader switched to by ?lang=, if any; links of
// the page then carry it on.
func AskedLang(r *http.Request) (words.Lang, bool) {
	asked := r.URL.Query().Get(LangParam)
	for _, l := range words.Langs() {
		if asked == string(l) {
			return l, true
		}
	}
	return "", false
}

// SwitchLang gives the request's own address, path and query only, in another
// language, for the switch in the footer.
func SwitchLang(r *http.Request, to words.Lang) string {
	q := r.URL.Query()
	q.Set(LangParam, string(to))
	return (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).RequestURI()
}

// KeepLang adds the reader's switch, if any, to a path of ours.
func KeepLang(r *http.Request, path string) string {
	asked, ok := AskedLang(r)
	if !ok {
		return path
	}
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	q := u.Query()
	q.Set(LangParam, string(asked))
	u.RawQuery = q.Encode()
	return u.String()
}
