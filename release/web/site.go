package web

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
)

// Site is what the server knows of its own public addresses, by configuration:
// no header of a request can add one.
type Site struct {
	base    string            // "https://clip.example"
	fixed   map[string]string // host → origin
	extra   atomic.Pointer[map[string]string]
	proxies Proxies
	staff   *http.CrossOriginProtection
}

// NewSite reads the base URL ("https://clip.example", no path) and further
// hosts ("fans.example", or a whole origin); a host without a scheme has the
// base's.
func NewSite(base string, hosts []string, proxies Proxies) (*Site, error) {
	s := &Site{fixed: map[string]string{}, proxies: proxies, staff: http.NewCrossOriginProtection()}
	origin, host, err := parseOrigin(base, "")
	if err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	s.base = origin
	s.fixed[host] = origin
	for _, h := range hosts {
		origin, host, err := parseOrigin(h, s.Scheme())
		if err != nil {
			return nil, fmt.Errorf("host: %w", err)
		}
		s.fixed[host] = origin
	}
	for _, origin := range s.fixed {
		if err := s.staff.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("host: %w", err)
		}
	}
	s.extra.Store(&map[string]string{})
	return s, nil
}

// SetHosts replaces the campaigns' own hosts. Unreadable ones are left out and
// returned. Safe while serving.
func (s *Site) SetHosts(hosts []string) (bad []string) {
	extra := make(map[string]string, len(hosts))
	for _, h := range hosts {
		origin, host, err := parseOrigin(h, s.Scheme())
		if err != nil {
			bad = append(bad, h)
			continue
		}
		extra[host] = origin
	}
	s.extra.Store(&extra)
	return bad
}

// Base is the configured origin, without a slash at its end.
func (s *Site) Base() string { return s.base }

// Scheme is the base's, "https" or "http".
func (s *Site) Scheme() string { return s.base[:strings.IndexByte(s.base, ':')] }

// Origin is the origin for links in an answer: the one the reader came by when
// it is one of ours, else the base.
func (s *Site) Origin(r *http.Request) string {
	host := r.Host
	if s.proxies.trusts(r) {
		if forwarded := r.Header.Get("X-Forwarded-Host"); forwarded != "" {
			host = forwarded
		}
	}
	if origin, ok := s.known(host); ok {
		return origin
	}
	return s.base
}

// URL puts a path of ours behind the request's origin.
func (s *Site) URL(r *http.Request, path string) string { return s.Origin(r) + path }

// Secure tells whether answers to r go to https: it decides the Secure
// attribute, the cookies' names and HSTS. Configuration says so, not the
// connection: behind a proxy that ends TLS the connection is plain.
func (s *Site) Secure(r *http.Request) bool { return strings.HasPrefix(s.Origin(r), "https:") }

// Client is the client's address behind the trusted proxies.
func (s *Site) Client(r *http.Request) string { return Key(s.proxies.Client(r)) }

// known finds the origin of a Host header's value.
func (s *Site) known(host string) (string, bool) {
	host = normalHost(host)
	for _, scheme := range []string{s.Scheme(), "https", "http"} {
		name := stripPort(host, scheme)
		if origin, ok := s.fixed[name]; ok && strings.HasPrefix(origin, scheme+":") {
			return origin, true
		}
		if origin, ok := (*s.extra.Load())[name]; ok && strings.HasPrefix(origin, scheme+":") {
			return origin, true
		}
	}
	return "", false
}

func parseOrigin(s, scheme string) (origin, host string, err error) {
	if !strings.Contains(s, "://") && scheme != "" {
		s = scheme + "://" + s
	}
	u, err := url.Parse(strings.TrimRight(strings.TrimSpace(s), "/"))
	if err != nil {
		return "", "", err
	}
	u.Scheme = strings.ToLower(u.Scheme)
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "", "", fmt.Errorf("%q must begin with http:// or https://", s)
	case u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", "", fmt.Errorf("%q is not an address of a server", s)
	case u.Path != "":
		return "", "", fmt.Errorf("%q has a path; Passalong needs a host of its own", s)
	}
	host = stripPort(normalHost(u.Host), u.Scheme)
	return u.Scheme + "://" + host, host, nil
}

func normalHost(h string) string { return strings.TrimSuffix(strings.ToLower(h), ".") }

// stripPort takes off a scheme's default port.
func stripPort(host, scheme string) string {
	name, port, err := net.SplitHostPort(host)
	if err != nil || (scheme != "https" || port != "443") && (scheme != "http" || port != "80") {
		return host
	}
	if strings.Contains(name, ":") {
		return "[" + name + "]"
	}
	return strings.TrimSuffix(name, ".")
}
