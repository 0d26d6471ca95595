package words

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	placeholder = regexp.MustCompile(`\{([^{}]*)\}`)
	keyForm     = regexp.MustCompile(`^(errors|player|console|report|cli|share|units)(\.[a-z0-9_]+)+$`)
)

func placeholders(text string) []string {
	var all []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Every key is said in every language, with the same placeholders.
func TestCatalogsAgree(t *testing.T) {
	d := data()
	if d.err != nil {
		t.Fatal(d.err)
	}
	for _, a := range Langs() {
		for key, s := range d.sentences[a] {
			if !keyForm.MatchString(key) {
				t.Errorf("%s: %s is no key: lower case, [a-z0-9_] between dots", a, key)
			}
			if s["other"] == "" {
				t.Errorf("%s: %s says nothing for \"other\"", a, key)
			}
			all := placeholders(s["other"])
			for form, text := range s {
				for _, p := range placeholders(text) {
					if !slices.Contains(all, p) {
						t.Errorf("%s: %s: %q has {%s}, \"other\" has not", a, key, form, p)
					}
				}
				checkTypography(t, a, key, text)
			}
			if base, isTu := strings.CutSuffix(key, ".tu"); isTu {
				if _, ok := d.sentences[a][base]; !ok {
					t.Errorf("%s: %s has no %s to vary", a, key, base)
				}
				continue
			}
			for _, b := range Langs() {
				other, ok := d.sentences[b][key]
				if !ok {
					t.Errorf("%s is missing in %s", key, b)
				} else if got := placeholders(other["other"]); !slices.Equal(got, all) {
					t.Errorf("%s: %s has %v, %s has %v", key, a, all, b, got)
				}
			}
		}
	}
}

// French reads as a printer would set it.
func checkTypography(t *testing.T, l Lang, key, text string) {
	t.Helper()
	if strings.ContainsAny(text, "<>") && !strings.Contains(key, "usage") {
		t.Errorf("%s: %s holds markup: %q", l, key, text)
	}
	if l != French {
		return
	}
	if strings.Contains(text, "'") {
		t.Errorf("fr: %s has a straight apostrophe: %q", key, text)
	}
	if regexp.MustCompile(`[\pL\pN»}] ?[;?!»](\s|$)|« |[\pL}] ?:(\s|$)`).MatchString(text) {
		t.Errorf("fr: %s lacks a narrow no-break space (U+202F) before ; : ? ! » or after «: %q", key, text)
	}
}

// A key written twice in one file would silently keep the last.
func TestNoKeyTwice(t *testing.T) {
	err := fs.WalkDir(files, "catalog", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		dec, seen, depth, isKey := json.NewDecoder(bytes.NewReader(b)), map[string]bool{}, 0, false
		for {
			tok, err := dec.Token()
			if err != nil {
				return nil // the end; syntax is TestCatalogsAgree's
			}
			switch v := tok.(type) {
			case json.Delim:
				if v == '{' {
					depth++
				} else {
					depth--
				}
				isKey = depth == 1
			case string:
				if depth == 1 && isKey {
					if seen[v] {
						t.Errorf("%s: %s stands twice", name, v)
					}
					seen[v] = true
				}
				if depth == 1 {
					isKey = !isKey
				}
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// uses finds the keys that sources and templates say: .T("…"), {{t "…"}},
// Key: "…" and any literal that starts with errors.
var uses = regexp.MustCompile(`\.T\(\s*"([^"\s]+)"|(?:\bt|\.T)\s+"([a-z][^"\s]*)"|\bKey:\s*"([^"\s]+)"|"(errors\.[a-z0-9_.]+)"`)

// refusals are the keys of errors as Go writes them, below "errors.":
// No(kind, "link.taken", …) and Key: "link.taken".
var refusals = regexp.MustCompile(`\bNo\(\s*[\w.]+,\s*"([a-z0-9_.]+)"|\b(?:refuse|advise)\(\s*"([a-z0-9_.]+)"|Error\{[^}]*\bKey:\s*"([a-z0-9_.]+)"`)

func TestEveryKeyUsedIsThere(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Skip("the sources are not here: ", err)
	}
	has, found := data().sentences[English], map[string]string{}
	err = filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil // somebody's temporary file went away
		}
		if e.IsDir() {
			if base := e.Name(); name != root && strings.HasPrefix(base, ".") || base == "node_modules" || base == "words" || base == "storetest" || base == "releasetest" {
				return filepath.SkipDir
			}
			return nil
		}
		ext := filepath.Ext(name)
		if !slices.Contains([]string{".go", ".html", ".tmpl", ".svg", ".txt"}, ext) || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return nil
		}
		for _, m := range uses.FindAllStringSubmatch(string(b), -1) {
			if key := strings.Join(m[1:], ""); keyForm.MatchString(key) {
				found[key] = name
			}
		}
		if ext != ".go" {
			return nil
		}
		for _, m := range refusals.FindAllStringSubmatch(string(b), -1) {
			if key := strings.Join(m[1:], ""); !keyForm.MatchString(key) {
				found["errors."+key] = name
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		if _, ok := has[key]; !ok {
			rel, _ := filepath.Rel(root, found[key])
			t.Errorf("%s says %s, which no catalog has", rel, key)
		}
	}
}
