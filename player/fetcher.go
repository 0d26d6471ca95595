package player

import (
	"net/http"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"

	"passalong/release/web"
	"passalong/release/words"
)

// fetchers remembers what a user agent tells, for reading one takes longer
// than all the rest of a landing page. Memory only, and little of it: campaigns
// are opened by a few thousand kinds of phone.
type fetchers struct {
	known *lru.Cache[string, web.Fetcher]
	langs *lru.Cache[[2]string, words.Lang] // Accept-Language, the campaign's
}

const (
	maxFetchers = 4096
	maxAgent    = 512 // bytes of a user agent worth remembering
)

func newFetchers() (*fetchers, error) {
	known, err := lru.New[string, web.Fetcher](maxFetchers)
	if err != nil {
		return nil, err
	}
	langs, err := lru.New[[2]string, words.Lang](maxFetchers)
	return &fetchers{known, langs}, err
}

// of is web.Fetch.
func (f *fetchers) of(r *http.Request) web.Fetcher {
	agent := r.Header.Get("User-Agent")
	if len(agent) > maxAgent || fetchedAhead(r.Header) {
		return web.Fetch(r)
	}
	if got, ok := f.known.Get(agent); ok {
		return got
	}
	got := web.Fetch(r)
	f.known.Add(agent, got)
	return got
}

// lang is web.Lang.
func (f *fetchers) lang(r *http.Request, campaign string) words.Lang {
	accept := r.Header.Get("Accept-Language")
	if len(accept) > maxAgent || strings.Contains(r.URL.RawQuery, web.LangParam) {
		return web.Lang(r, campaign)
	}
	key := [2]string{accept, campaign}
	if got, ok := f.langs.Get(key); ok {
		return got
	}
	got := web.Lang(r, campaign)
	f.langs.Add(key, got)
	return got
}

// fetchedAhead tells whether headers besides the user agent may matter.
func fetchedAhead(h http.Header) bool {
	for _, name := range [...]string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		if len(h[name]) > 0 {
			return true
		}
	}
	return false
}
