// Package console owns the marketers' pages under /console: signing in, the
// campaigns, their links and the report that moves while people watch. It
// decides no rule, keeps no row and serves no fan.
package console

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"passalong/release"
	"passalong/release/media"
	"passalong/release/web"
	"passalong/release/words"
	"passalong/tokens"
)

//go:embed templates
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// Options are what a Console works with. Service, Keys, Media and Site are needed.
type Options struct {
	Service *release.Service
	Keys    *tokens.Keyring
	Media   *media.Files
	Site    *web.Site
	Log     *slog.Logger     // slog.Default() when nil
	Now     func() time.Time // time.Now when nil
}

// Console answers /console. It is safe for concurrent use.
type Console struct {
	Options
	mux     *http.ServeMux
	pages   *template.Template
	static  *web.Static
	errors  web.Errors
	streams *web.Streams
	signins *web.Limit // wrong passwords and sign-in links, by address
}

// New makes a Console. Close ends its streams.
func New(o Options) (*Console, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &Console{Options: o, mux: http.NewServeMux(), streams: web.NewStreams(1000, 20), signins: web.NewLimit(10, 10*time.Second, o.Now)}
	files, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	if c.static, err = web.NewStatic(files, "/console/static/"); err != nil {
		return nil, err
	}
	if c.pages, err = template.ParseFS(templateFiles, "templates/*.html"); err != nil {
		return nil, err
	}
	c.errors = web.Errors{Log: o.Log, Page: c.problem}
	for _, r := range c.routes() {
		c.mux.Handle(r.pattern, c.errors.Handle(c.guard(r)))
	}
	c.mux.Handle("GET /console/static/", c.static)
	return c, nil
}

// route is one address; open ones need no session.
type route struct {
	pattern string
	open    bool
	answer  web.Handler
}

// routes is the whole surface.
func (c *Console) routes() []route {
	return []route{
		// signing in
		{"GET /console/signin", true, c.signInPage},
		{"POST /console/signin", true, c.signIn},
		{"GET /console/signin/{token}", true, c.oncePage},
		{"POST /console/signin/{token}", true, c.once},
		{"GET /console/password", false, c.passwordPage},
		{"POST /console/password", false, c.password},
		{"POST /console/signout", false, c.signOut},
		{"POST /console/invite", false, c.invite},

		// campaigns
		{"GET /console", false, c.home},
		{"GET /console/new", false, c.newPage},
		{"POST /console/new", false, c.create},
		{"GET /console/campaigns/{id}", false, c.report},
		{"GET /console/campaigns/{id}/live", false, c.fragment},
		{"GET /console/campaigns/{id}/events", false, c.follow},
		{"GET /console/campaigns/{id}/settings", false, c.settingsPage},
		{"POST /console/campaigns/{id}/settings", false, c.settings},
		{"POST /console/campaigns/{id}/act", false, c.act},

		// people and links
		{"GET /console/campaigns/{id}/links", false, c.links},
		{"POST /console/campaigns/{id}/people", false, c.people},
		{"POST /console/links/{link}/act", false, c.linkAct},
		{"GET /console/viewers/{viewer}", false, c.chain},
		{"GET /console/viewers/no/{id}/{no}", false, c.chainByNo},
	}
}

// ServeHTTP answers one request.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	web.ConsoleHeaders(w.Header(), c.Site.Secure(r))
	c.mux.ServeHTTP(w, r)
}

// Close ends the streams.
func (c *Console) Close() error {
	c.streams.Close()
	return nil
}

// base is what every page has.
type base struct {
	words.Words
	Title  string
	CSS    string
	JS     string
	Who    string
	Here   string
	Switch string
	Other  words.Lang
}

func (c *Console) base(r *http.Request, title string) base {
	say := words.In(web.Lang(r, ""))
	other := words.English
	if say.Lang() == words.English {
		other = words.French
	}
	who, _ := c.who(r)
	return base{Words: say, Title: title, CSS: c.static.URL("console.css"), JS: c.static.URL("console.js"), Who: who.Name,
		Here: r.URL.Path, Switch: web.SwitchLang(r, other), Other: other}
}

func (c *Console) render(w http.ResponseWriter, status int, name string, data any) error {
	return web.Render(w, status, "text/html; charset=utf-8", func(b *bytes.Buffer) error {
		return c.pages.ExecuteTemplate(b, name, data)
	})
}

// problemData is the page of an error.
type problemData struct {
	base
	Problem web.Problem
}

func (c *Console) problem(w http.ResponseWriter, r *http.Request, p web.Problem) {
	if p.Kind == release.Unsigned && r.Method == http.MethodGet {
		http.Redirect(w, r, "/console/signin", http.StatusSeeOther)
		return
	}
	say := words.In(web.Lang(r, ""))
	if err := c.render(w, p.Status, "problem", problemData{c.base(r, say.T("console.problem")), p}); err != nil {
		c.Log.Error("problem page", "err", err)
	}
}
