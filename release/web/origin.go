package web

import (
	"net/http"
	"net/url"

	"passalong/release"
)

// CheckPost refuses a fan's POST that another site sent: Sec-Fetch-Site says
// cross-site, or that header is missing and Origin is a foreign one. A missing
// or odd header refuses nobody.
func (s *Site) CheckPost(r *http.Request) error {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		if site == "cross-site" {
			return release.No(release.Forbidden, "origin.foreign")
		}
		return nil
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return nil
	}
	// "null" and what is no origin at all come from old webviews and privacy
	// settings; only a site that names itself is known to be foreign.
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return nil
	}
	if _, ours := s.known(u.Host); ours {
		return nil
	}
	if stripPort(normalHost(u.Host), u.Scheme) == stripPort(normalHost(r.Host), u.Scheme) {
		return nil // same origin, by an address that nobody configured
	}
	return release.No(release.Forbidden, "origin.foreign")
}

// CheckStaff is the stricter check of console and API requests that carry a
// session cookie: net/http's cross-origin protection.
func (s *Site) CheckStaff(r *http.Request) error {
	if err := s.staff.Check(r); err != nil {
		return &release.Error{Kind: release.Forbidden, Key: "origin.foreign", Err: err}
	}
	return nil
}
