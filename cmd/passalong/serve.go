package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/crypto/acme/autocert"

	"passalong/release/web"
)

// serving are the flags of whatever serves.
type serving struct {
	Listen  string   `default:":8080" help:"Address to listen on."`
	BaseURL string   `name:"base-url" placeholder:"URL" help:"Public address of the links, such as https://clip.artist.fr."`
	Domain  []string `placeholder:"HOST" help:"Serve this domain with automatic TLS on port 443; port 80 is redirected. May be repeated."`
	Proxy   []string `placeholder:"CIDR" help:"Addresses of proxies whose X-Forwarded headers are believed."`
}

type serveCmd struct {
	serving
	LogLevel slog.Level `default:"info" help:"debug, info, warn or error."`
}

// Run serves the folder until it is told to stop.
func (s *serveCmd) Run(c *call) error {
	log := slog.New(web.RedactHandler(slog.NewJSONHandler(c.err, &slog.HandlerOptions{Level: s.LogLevel})))
	a, ln, err := s.open(c, log, true)
	if err != nil {
		return err
	}
	defer a.close()
	c.say("Passalong serves %s at %s", c.cli.Data, a.site.Base())
	return s.serve(c.ctx, a, ln, log)
}

// address gives the base URL and further hosts that the flags, or else the
// folder's settings, name. local tells that it is for this machine only.
func (s serving) address(f folder) (set settings, err error) {
	set, err = f.loadSettings()
	if err != nil {
		return set, err
	}
	port := s.Listen[strings.LastIndexByte(s.Listen, ':')+1:]
	switch {
	case s.BaseURL != "":
		set.BaseURL, set.Local = s.BaseURL, false
	case len(s.Domain) > 0:
		set.BaseURL, set.Local = "https://"+s.Domain[0], false
	case set.BaseURL == "" || set.Local:
		set.BaseURL, set.Local = "http://localhost:"+port, true
	}
	set.Hosts = nil
	if set.Local {
		for _, ip := range localAddresses() {
			set.Hosts = append(set.Hosts, "http://"+net.JoinHostPort(ip, port))
		}
		set.Hosts = append(set.Hosts, "http://127.0.0.1:"+port)
	}
	for _, d := range s.Domain {
		set.Hosts = append(set.Hosts, "https://"+d)
	}
	return set, nil
}

// localAddresses are this machine's addresses on its networks.
func localAddresses() []string {
	var out []string
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	for _, a := range addrs {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil && !ip.IP.IsLoopback() {
			out = append(out, ip.IP.String())
		}
	}
	return out
}

// open takes the port first, so that a taken one changes nothing, then the folder.
func (s serving) open(c *call, log *slog.Logger, create bool) (*app, net.Listener, error) {
	if !strings.Contains(s.Listen, ":") {
		return nil, nil, usage("--listen %q needs a port, such as :8080", s.Listen)
	}
	var ln net.Listener
	if len(s.Domain) == 0 {
		var err error
		if ln, err = net.Listen("tcp", s.Listen); err != nil {
			return nil, nil, fmt.Errorf("can't listen on %s: %w. Is another server on it? Choose another with --listen", s.Listen, err)
		}
	}
	fail := func(err error) (*app, net.Listener, error) {
		if ln != nil {
			_ = ln.Close()
		}
		return nil, nil, err
	}
	set, err := s.address(c.folder())
	if err != nil {
		return fail(err)
	}
	a, err := openApp(appOptions{Folder: c.folder(), Create: create, BaseURL: set.BaseURL, Hosts: set.Hosts, Proxies: s.Proxy, Log: log})
	if err != nil {
		return fail(err)
	}
	if err := a.folder.saveSettings(set); err != nil {
		_ = a.close()
		return fail(err)
	}
	a.trustCampaignHosts(c.ctx)
	return a, ln, nil
}

// trustCampaignHosts lets campaigns be served under hosts of their own.
func (a *app) trustCampaignHosts(ctx context.Context) {
	all, err := a.service.Campaigns(ctx)
	if err != nil {
		a.log.Error("campaigns' hosts", "err", err)
		return
	}
	var hosts []string
	for _, c := range all {
		hosts = append(hosts, c.Hosts...)
	}
	if bad := a.site.SetHosts(hosts); len(bad) > 0 {
		a.log.Warn("hosts of campaigns that are no hosts", "hosts", bad)
	}
}

// serve answers until ctx ends, then lets requests finish for ten seconds.
func (s serving) serve(ctx context.Context, a *app, ln net.Listener, log *slog.Logger) error {
	control, stop, err := a.control()
	if err != nil {
		return err
	}
	defer stop()
	if err := a.service.Warm(ctx); err != nil { // reports are caught up before anybody asks
		log.Warn("reports are not warm", "err", err)
	}
	server := &http.Server{Handler: a.handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	failed := make(chan error, 3)
	servers := []*http.Server{server}
	go func() { failed <- control() }()
	if ln == nil {
		manager := &autocert.Manager{Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(s.Domain...), Cache: autocert.DirCache(a.folder.certs())}
		server.TLSConfig = manager.TLSConfig()
		server.TLSConfig.MinVersion = tls.VersionTLS12
		server.Addr = ":443"
		plain := &http.Server{Addr: ":80", Handler: manager.HTTPHandler(nil), ReadHeaderTimeout: 10 * time.Second}
		servers = append(servers, plain)
		go func() { failed <- server.ListenAndServeTLS("", "") }()
		go func() { failed <- plain.ListenAndServe() }()
	} else {
		go func() { failed <- server.Serve(ln) }()
	}
	select {
	case err := <-failed:
		if !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			return err
		}
	case <-ctx.Done():
	}
	a.api.CloseStreams()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	for _, srv := range servers {
		if err := srv.Shutdown(grace); err != nil {
			_ = srv.Close() // a stalled reader is not waited for
		}
	}
	return nil
}

// control listens on the folder's socket, with the owner's rights for whoever
// may open the folder.
func (a *app) control() (serve func() error, stop func(), err error) {
	if err := os.Remove(a.folder.socket()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	path, done, err := shortPath(a.folder.socket())
	if err != nil {
		return nil, nil, err
	}
	ln, err := net.Listen("unix", path)
	done()
	if err != nil {
		return nil, nil, err
	}
	if err := os.Chmod(a.folder.socket(), 0o600); err != nil {
		_ = ln.Close()
		return nil, nil, err
	}
	server := &http.Server{Handler: a.api.Owner(), ReadHeaderTimeout: 10 * time.Second}
	return func() error { return server.Serve(ln) }, func() { _ = server.Close(); _ = os.Remove(a.folder.socket()) }, nil
}
