package words

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"reflect"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed catalog
var files embed.FS

// sentence is one entry: its plural forms, or only "other".
type sentence map[string]string

func (s *sentence) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*s = sentence{"other": one}
		return nil
	}
	var forms map[string]string
	if err := json.Unmarshal(b, &forms); err != nil {
		return err
	}
	*s = forms
	return nil
}

// form picks the text for n, which may be nil.
func (s sentence) form(l Lang, n any) string {
	if len(s) == 1 {
		return s["other"]
	}
	v, ok := amount(n)
	if !ok {
		return s["other"]
	}
	if text, ok := s[fmt.Sprintf("=%v", v)]; ok {
		return text
	}
	if text, ok := s[pluralForm(l, v)]; ok {
		return text
	}
	return s["other"]
}

// pluralForm names the CLDR form of a number.
func pluralForm(l Lang, v float64) string {
	v = math.Abs(v)
	whole, frac := math.Modf(v)
	f, digits := 0, 0
	if frac > 0 { // one decimal is what Number prints of it
		f, digits = int(math.Round(frac*10)), 1
	}
	tag := language.English
	if l == French {
		tag = language.French
	}
	// Forms depend on the integer modulo a million, and overflow int32 otherwise.
	if whole > 1e9 {
		whole = 1e9 + math.Mod(whole, 1e6)
	}
	switch plural.Cardinal.MatchPlural(tag, int(whole), digits, digits, f, f) {
	case plural.One:
		return "one"
	case plural.Two:
		return "two"
	case plural.Few:
		return "few"
	case plural.Many:
		return "many"
	case plural.Zero:
		return "zero"
	}
	if l == French && whole >= 1e6 && math.Mod(whole, 1e6) == 0 && frac == 0 {
		return "many" // "1 000 000 de personnes": newer CLDR than x/text carries
	}
	return "other"
}

// amount reads any number type, named ones too.
func amount(n any) (float64, bool) {
	switch v := reflect.ValueOf(n); v.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return float64(v.Int()), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return float64(v.Uint()), true
	case reflect.Float32, reflect.Float64:
		return v.Float(), true
	}
	return 0, false
}

type loaded struct {
	sentences map[Lang]map[string]sentence
	matcher   language.Matcher
	err       error
}

// data reads the embedded catalogs once. A file that can't be read leaves its
// keys unsaid; the tests refuse it long before anybody runs it.
var data = sync.OnceValue(func() loaded {
	d := loaded{
		sentences: map[Lang]map[string]sentence{},
		matcher:   language.NewMatcher([]language.Tag{language.English, language.French}),
	}
	for _, l := range Langs() {
		d.sentences[l] = map[string]sentence{}
	}
	walk := fs.WalkDir(files, "catalog", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path.Ext(name) != ".json" {
			return err
		}
		b, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		lang, surface := Lang(path.Base(path.Dir(name))), strings.TrimSuffix(path.Base(name), ".json")
		var entries map[string]sentence
		if err := json.Unmarshal(b, &entries); err != nil {
			d.err = errors.Join(d.err, fmt.Errorf("%s: %w", name, err))
			return nil
		}
		for k, s := range entries {
			d.sentences[lang][surface+"."+k] = s
		}
		return nil
	})
	d.err = errors.Join(d.err, walk)
	return d
})
