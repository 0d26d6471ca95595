package player

import (
	"context"
	"sync"

	"passalong/release"
)

// shown is a campaign as pages and media need it: its contents beside it. It
// is good for one version of the campaign and shared; nobody changes it.
type shown struct {
	release.Campaign
	assets []release.Asset
	poster string // media reference; "" = a gradient
}

func (s *shown) first() release.Asset {
	if len(s.assets) == 0 {
		return release.Asset{}
	}
	return s.assets[0]
}

func (s *shown) asset(id release.AssetID) (release.Asset, bool) {
	for _, a := range s.assets {
		if a.ID == id {
			return a, true
		}
	}
	return release.Asset{}, false
}

// maxShown bounds the campaigns and pages kept; past it they are made anew.
const maxShown = 256

// shownCache keeps campaigns by id until their version changes.
type shownCache struct {
	mu   sync.RWMutex
	rows map[release.CampaignID]*shown
}

// shown gives a campaign just read with its contents.
func (p *Player) shown(ctx context.Context, c release.Campaign) (*shown, error) {
	p.cache.mu.RLock()
	got := p.cache.rows[c.ID]
	p.cache.mu.RUnlock()
	if got != nil && got.Version == c.Version {
		return got, nil
	}
	assets, err := p.Service.Assets(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	made := &shown{Campaign: c, assets: assets, poster: c.Poster}
	for _, a := range assets {
		if made.poster == "" && a.Poster != "" {
			made.poster = a.Poster
		}
	}
	if made.poster != "" && !p.Media.Has(made.poster) {
		made.poster = ""
	}
	p.cache.mu.Lock()
	defer p.cache.mu.Unlock()
	if p.cache.rows == nil || len(p.cache.rows) >= maxShown {
		p.cache.rows = map[release.CampaignID]*shown{}
	}
	p.cache.rows[c.ID] = made
	return made, nil
}
