package player

import (
	"crypto/rand"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"time"

	"passalong/release"
	"passalong/release/media"
	"passalong/release/web"
	"passalong/tokens"
)

// Options are what a Player works with. Service, Keys, Media and Site are
// needed.
type Options struct {
	Service *release.Service
	Keys    *tokens.Keyring
	Media   *media.Files
	Site    *web.Site        // our public addresses
	Log     *slog.Logger     // slog.Default() when nil
	Now     func() time.Time // for token checks and pages; time.Now when nil. Rules have the store's clock
	Rand    io.Reader        // candidates; crypto/rand when nil
	// Staff tells whether a browser is signed in to the console: staff never
	// count. Nobody is when nil.
	Staff func(*http.Request) bool
}

// Player answers the fan's addresses. It is safe for concurrent use.
type Player struct {
	Options
	mux    *http.ServeMux
	pages  *template.Template
	errors web.Errors
	bad    *web.Limit // tokens that are none of ours, by client
	cache  shownCache
	bodies bodyCache
	drawn  pictures
	live   streams
	agents *fetchers
}

// A client may bring badBurst tokens that open nothing at once, then one every
// badEvery: people with a cut link try a few times, guessers millions.
const (
	badBurst = 30
	badEvery = 2 * time.Second
)

// New makes a Player. Close ends its worker.
func New(o Options) (*Player, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Staff == nil {
		o.Staff = func(*http.Request) bool { return false }
	}
	p := &Player{Options: o, mux: http.NewServeMux(), bad: web.NewLimit(badBurst, badEvery, o.Now)}
	var err error
	if p.agents, err = newFetchers(); err != nil {
		return nil, err
	}
	if p.pages, err = parsePages(); err != nil {
		return nil, err
	}
	p.errors = web.Errors{Log: o.Log, Page: p.problem}
	for _, r := range p.routes() {
		p.mux.Handle(r.pattern, p.headers(r.surface, p.errors.Handle(r.answer)))
	}
	p.live.start(p)
	return p, nil
}

// Close ends what runs beside the requests.
func (p *Player) Close() error {
	p.live.stop()
	return nil
}

// ServeHTTP answers one request.
func (p *Player) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.mux.ServeHTTP(w, r) }

// route is one address of the fan's side.
type route struct {
	pattern string
	surface surface
	answer  web.Handler
}

// routes is the whole surface. HEAD is answered wherever GET is.
func (p *Player) routes() []route {
	return []route{
		// the link
		{"GET /r/{token}", surfaceLanding, p.landing},
		{"POST /r/{token}", surfaceLanding, p.claim},
		{"GET /c/{campaign}/{file}", surfaceCard, p.card},

		// the viewer
		{"GET /v/{token}", surfaceWatch, p.arrive}, // own browser: watchPage; elsewhere: the question
		{"POST /v/{token}", surfaceWatch, p.join},  // "It's me, in another app" or "Somebody passed it to me"
		{"POST /v/{token}/progress", surfaceData, p.progress},

		// passing on
		{"POST /v/{token}/share", surfaceWatch, p.share},
		{"GET /v/{token}/links", surfaceWatch, p.links},
		{"POST /v/{token}/links/{link}", surfaceWatch, p.takeBack},

		// media and our own files
		{"GET /m/{token}/{file}", surfaceMedia, p.media},
		{"GET /s/{file}", surfaceStatic, p.static},

		{"/", surfaceLanding, p.nothing},
	}
}
