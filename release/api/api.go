// Package api owns /api/v1: what marketers' scripts, the console's uploads and
// the command line ask of an installation, as huma operations with an OpenAPI
// document. It decides no rule and keeps no row: it reads requests, asks
// package release, and writes answers.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"passalong/release"
	"passalong/release/media"
	"passalong/release/web"
	"passalong/tokens"
)

// Options are what an API works with. Service, Keys, Media and Site are needed.
type Options struct {
	Service  *release.Service
	Keys     *tokens.Keyring
	Media    *media.Files
	Site     *web.Site
	Log      *slog.Logger     // slog.Default() when nil
	Now      func() time.Time // time.Now when nil
	Version  string
	KeyFile  string // path of the keyring, for the archive; none when empty
	Settings string // path of the settings, for the archive; none when empty
}

// API answers /api. It is safe for concurrent use.
type API struct {
	Options
	mux     *http.ServeMux
	huma    huma.API
	errors  web.Errors
	streams *web.Streams
	works   *workshop
}

// New makes an API. Close ends its worker.
func New(o Options) (*API, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	a := &API{Options: o, mux: http.NewServeMux(), errors: web.Errors{Log: o.Log}, streams: web.NewStreams(1000, 20)}
	a.works = newWorkshop(a)
	config := huma.DefaultConfig("Passalong", o.Version)
	config.Info.Description = "Content that can only be passed on: campaigns, their links, the chains of their views."
	config.OpenAPIPath = "/api/openapi"
	config.DocsPath, config.SchemasPath = "", ""
	config.CreateHooks = nil // no $schema that echoes the Host header
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key": {Type: "http", Scheme: "bearer", Description: "A bearer key: key_….secret"},
	}
	a.huma = humago.New(a.mux, config)
	a.routes()
	return a, nil
}

// routes is the whole surface, by noun.
func (a *API) routes() {
	a.campaignRoutes()
	a.assetRoutes()
	a.seedRoutes()
	a.linkRoutes()
	a.viewerRoutes()
	a.reportRoutes()
	a.staffRoutes()
	a.systemRoutes()
	a.mux.HandleFunc("GET /api/docs", a.docs)
	a.mux.Handle("/api/", a.errors.Handle(func(http.ResponseWriter, *http.Request) error {
		return release.No(release.NotFound, "api.unknown")
	}))
}

// ServeHTTP answers scripts and the console: who asks is found first.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	web.APIHeaders(w.Header(), a.Site.Secure(r))
	who, err := a.caller(r)
	if err != nil {
		a.errors.Write(w, r, err)
		return
	}
	a.mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, who)))
}

// Owner is the same API with the owner's rights: for the local control socket
// and the command line, never for a network.
func (a *API) Owner() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := caller{name: "owner", scopes: release.APIKey{Scopes: []release.Scope{release.ScopeOwner}}}
		a.mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, who)))
	})
}

// CloseStreams ends the reports that are being followed: a server that stops
// waits for none.
func (a *API) CloseStreams() { a.streams.Close() }

// Close ends what runs beside the requests.
func (a *API) Close() error {
	a.streams.Close()
	a.works.close()
	return nil
}
