package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"time"

	"passalong/player"
	"passalong/release"
	"passalong/release/api"
	"passalong/release/boltdb"
	"passalong/release/console"
	"passalong/release/media"
	"passalong/release/web"
	"passalong/tokens"
)

// appOptions are what an app is opened with.
type appOptions struct {
	Folder  folder
	Create  bool // make the folder when it has no data
	BaseURL string
	Hosts   []string
	Proxies []string
	Log     *slog.Logger
	Now     func() time.Time // every clock; time.Now when nil
}

// app is one process's hold on a data folder, with every surface wired.
type app struct {
	folder  folder
	store   *boltdb.Store
	keys    *tokens.Keyring
	media   *media.Files
	service *release.Service
	site    *web.Site
	player  *player.Player
	api     *api.API
	console *console.Console
	log     *slog.Logger
	now     func() time.Time
}

// openApp opens a data folder and wires everything on it. Nothing listens yet.
func openApp(o appOptions) (*app, error) {
	fresh := !o.Folder.exists()
	if fresh && !o.Create {
		return nil, fmt.Errorf("there is no data in %s: run \"passalong launch\" or \"passalong serve\" first, or name the folder with --data", o.Folder)
	}
	if err := os.MkdirAll(string(o.Folder), 0o700); err != nil {
		return nil, err
	}
	a := &app{folder: o.Folder, log: o.Log, now: o.Now}
	ok := false
	defer func() {
		if !ok {
			_ = a.close()
		}
	}()
	var err error
	// The store first: it lets one process in.
	if a.store, err = boltdb.Open(o.Folder.db(), boltdb.Options{Log: o.Log, Now: o.Now}); err != nil {
		return nil, err
	}
	if a.keys, err = openKeys(o.Folder, fresh, o.Now); err != nil {
		return nil, err
	}
	if a.media, err = media.Open(o.Folder.media(), media.Options{}); err != nil {
		return nil, err
	}
	proxies, err := web.ParseProxies(o.Proxies)
	if err != nil {
		return nil, err
	}
	if a.site, err = web.NewSite(o.BaseURL, o.Hosts, proxies); err != nil {
		return nil, err
	}
	a.service = release.New(release.Options{Store: a.store, Kid: a.keys.Active, Log: o.Log})
	if err := a.surfaces(); err != nil {
		return nil, err
	}
	ok = true
	return a, nil
}

// surfaces makes player, API and console on what is open.
func (a *app) surfaces() error {
	var err error
	if a.api, err = api.New(api.Options{
		Service: a.service, Keys: a.keys, Media: a.media, Site: a.site, Log: a.log, Now: a.now,
		Version: version(), KeyFile: a.folder.keys(), Settings: a.folder.settings(),
	}); err != nil {
		return err
	}
	if a.console, err = console.New(console.Options{
		Service: a.service, Keys: a.keys, Media: a.media, Site: a.site, Log: a.log, Now: a.now,
	}); err != nil {
		return err
	}
	a.player, err = player.New(player.Options{
		Service: a.service, Keys: a.keys, Media: a.media, Site: a.site, Log: a.log, Now: a.now, Staff: a.console.Staff,
	})
	return err
}

// openKeys opens the keyring. It is made only where there is no data yet: a key
// made beside existing data would turn every link into a dead one.
func openKeys(f folder, fresh bool, now func() time.Time) (*tokens.Keyring, error) {
	keys, err := tokens.Open(f.keys(), tokens.Options{Now: now})
	if errors.Is(err, fs.ErrNotExist) && fresh {
		return tokens.Create(f.keys(), tokens.Options{Now: now})
	}
	if err != nil {
		return nil, fmt.Errorf("the keys in %s can't be used: %w", f.keys(), err)
	}
	return keys, nil
}

// handler is everything that the public listener answers.
func (a *app) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/", a.api)
	mux.Handle("/console", a.console)
	mux.Handle("/console/", a.console)
	mux.Handle("GET /{$}", http.RedirectHandler("/console", http.StatusSeeOther))
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", a.ready)
	mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("User-agent: *\nDisallow: /console\nDisallow: /api\n"))
	})
	mux.Handle("/", a.player)
	return web.RequestLog{Log: a.log}.Wrap(mux)
}

// ready tells whether the store answers.
func (a *app) ready(w http.ResponseWriter, r *http.Request) {
	if _, err := a.service.Now(r.Context()); err != nil {
		http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}

// close gives everything back, the store last.
func (a *app) close() error {
	var errs []error
	if a.player != nil {
		errs = append(errs, a.player.Close())
	}
	if a.api != nil {
		errs = append(errs, a.api.Close())
	}
	if a.console != nil {
		errs = append(errs, a.console.Close())
	}
	if a.service != nil {
		errs = append(errs, a.service.Close())
	}
	if a.media != nil {
		errs = append(errs, a.media.Close())
	}
	if a.store != nil {
		errs = append(errs, a.store.Close())
	}
	return errors.Join(errs...)
}
