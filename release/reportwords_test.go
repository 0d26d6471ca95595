package release

import (
	"reflect"
	"strings"
	"testing"

	"passalong/release/words"
)

// Each number of the document has its definition, in every language.
func TestEveryNumberIsDefined(t *testing.T) {
	plain := map[string]bool{"campaign": true, "about": true, "seq": true, "virality": true, "times": true}
	for _, doc := range []any{Report{}, Funnel{}, Virality{}, Times{}} {
		for i := range reflect.TypeOf(doc).NumField() {
			name, _, _ := strings.Cut(reflect.TypeOf(doc).Field(i).Tag.Get("json"), ",")
			key := "report." + name + ".what"
			if plain[name] || name == "early" || name == "why" {
				continue
			}
			for _, l := range words.Langs() {
				if !words.In(l).Has(key) {
					t.Errorf("%s: %s has no definition", l, key)
				}
			}
		}
	}
}
