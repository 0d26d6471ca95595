package api

import (
	"bytes"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"passalong/release/web"
)

const docsStyle = `body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:52rem;padding:1.5rem;background:#FBFAF7;color:#1C1B19}` +
	`h1{font-size:2rem}h2{margin-top:2.5rem}article{border-top:1px solid #E6E2DA;padding:.75rem 0}code{font:14px ui-monospace,monospace}` +
	`.m{display:inline-block;min-width:4.5rem;font-weight:600;color:#C2410C}small{color:#6F6B64}` +
	`@media(prefers-color-scheme:dark){body{background:#141312;color:#EDEAE4}article{border-color:#2A2826}.m{color:#F0682F}small{color:#9A948B}}`

var docsPage = template.Must(template.New("docs").Parse(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Passalong API</title><style>` + docsStyle + `</style>
<h1>Passalong API</h1>
<p>Send a bearer key: <code>Authorization: Bearer key_….secret</code>. Errors are problem+json and name the field. The whole description: <a href="/api/openapi.json">openapi.json</a>.</p>
{{range .Groups}}<h2>{{.Name}}</h2>{{range .Operations}}<article id="{{.ID}}"><div><span class="m">{{.Method}}</span> <code>{{.Path}}</code></div>
<div>{{.Summary}}. {{.Description}}</div>{{if .Fields}}<small>{{range .Fields}}<code>{{.}}</code> {{end}}</small>{{end}}</article>{{end}}{{end}}
</html>`))

// docsData is what the page shows.
type docsData struct{ Groups []docsGroup }

type docsGroup struct {
	Name       string
	Operations []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Summary, Description string
	Fields                                 []string // query parameters
}

// docs renders the OpenAPI document as one page that loads nothing.
func (a *API) docs(w http.ResponseWriter, _ *http.Request) {
	var data docsData
	for _, path := range sortedKeys(a.huma.OpenAPI().Paths) {
		item := a.huma.OpenAPI().Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				data.add(path, op)
			}
		}
	}
	var b bytes.Buffer
	if err := docsPage.Execute(&b, data); err != nil {
		a.Log.Error("docs page", "err", err)
		http.Error(w, "Something went wrong.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src "+web.StyleHash(docsStyle)+"; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes())
}

func (d *docsData) add(path string, op *huma.Operation) {
	name := "Other"
	if len(op.Tags) > 0 {
		name = op.Tags[0]
	}
	i := slices.IndexFunc(d.Groups, func(g docsGroup) bool { return g.Name == name })
	if i < 0 {
		i = len(d.Groups)
		d.Groups = append(d.Groups, docsGroup{Name: name})
	}
	o := docsOperation{op.OperationID, op.Method, path, strings.TrimSuffix(op.Summary, "."), op.Description, nil}
	for _, p := range op.Parameters {
		if p.In == "query" {
			o.Fields = append(o.Fields, "?"+p.Name)
		}
	}
	d.Groups[i].Operations = append(d.Groups[i].Operations, o)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
