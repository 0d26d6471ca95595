package storetest

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"passalong/release"
)

// oracle is a release.Tx as simple as it can be: the model that stores are
// compared with. Rows are never changed in place, so a copy of the maps is a
// copy of everything.
type oracle struct {
	campaigns map[release.CampaignID]release.Campaign
	assets    map[release.AssetID]release.Asset
	links     map[release.LinkID]release.Link
	viewers   map[release.ViewerID]release.Viewer
	progress  map[release.ViewerID]release.Progress
	sightings map[string]release.Sighting
	blobs     map[[2]string]string
	events    map[release.CampaignID][]release.Event
	last      map[release.CampaignID]uint64
}

var _ release.Tx = (*oracle)(nil)

func newOracle() *oracle {
	return &oracle{
		map[release.CampaignID]release.Campaign{}, map[release.AssetID]release.Asset{}, map[release.LinkID]release.Link{},
		map[release.ViewerID]release.Viewer{}, map[release.ViewerID]release.Progress{}, map[string]release.Sighting{},
		map[[2]string]string{}, map[release.CampaignID][]release.Event{}, map[release.CampaignID]uint64{},
	}
}

func (o *oracle) clone() *oracle {
	c := &oracle{maps.Clone(o.campaigns), maps.Clone(o.assets), maps.Clone(o.links), maps.Clone(o.viewers),
		maps.Clone(o.progress), maps.Clone(o.sightings), maps.Clone(o.blobs), maps.Clone(o.events), maps.Clone(o.last)}
	for id, e := range c.events {
		c.events[id] = slices.Clip(e)
	}
	return c
}

func row[K comparable, V any](m map[K]V, k K) (V, error) {
	v, ok := m[k]
	if !ok {
		return v, release.No(release.NotFound, "none")
	}
	return v, nil
}

// pick lists the rows that match, sorted.
func pick[K comparable, V any](m map[K]V, match func(V) bool, order func(a, b V) int) []V {
	var out []V
	for _, v := range m {
		if match(v) {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, order)
	return out
}

func one[V any](rows []V) (V, error) {
	if len(rows) == 0 {
		var none V
		return none, release.No(release.NotFound, "none")
	}
	return rows[0], nil
}

func (o *oracle) Now() time.Time { return start }

func (o *oracle) Campaign(id release.CampaignID) (release.Campaign, error) {
	return row(o.campaigns, id)
}
func (o *oracle) PutCampaign(c release.Campaign) error { o.campaigns[c.ID] = c; return nil }
func (o *oracle) Campaigns() ([]release.Campaign, error) {
	return pick(o.campaigns, func(release.Campaign) bool { return true },
		func(a, b release.Campaign) int { return a.Created.Compare(b.Created) }), nil
}

func (o *oracle) Asset(id release.AssetID) (release.Asset, error) { return row(o.assets, id) }
func (o *oracle) PutAsset(a release.Asset) error                  { o.assets[a.ID] = a; return nil }
func (o *oracle) DeleteAsset(id release.AssetID) error            { delete(o.assets, id); return nil }
func (o *oracle) Assets(c release.CampaignID) ([]release.Asset, error) {
	return pick(o.assets, func(a release.Asset) bool { return a.Campaign == c },
		func(a, b release.Asset) int { return cmp.Compare(a.No, b.No) }), nil
}

// Numbers may have gaps, so they are the store's to give: see model.
func (o *oracle) NextLink(release.CampaignID) (uint32, error)   { panic("not asked") }
func (o *oracle) NextViewer(release.CampaignID) (uint32, error) { panic("not asked") }

func byLinkNo(a, b release.Link) int     { return cmp.Compare(a.No, b.No) }
func byViewerNo(a, b release.Viewer) int { return cmp.Compare(a.No, b.No) }

func (o *oracle) Link(id release.LinkID) (release.Link, error) { return row(o.links, id) }
func (o *oracle) PutLink(l release.Link) error                 { o.links[l.ID] = l; return nil }
func (o *oracle) LinkByNo(c release.CampaignID, no uint32) (release.Link, error) {
	return one(pick(o.links, func(l release.Link) bool { return l.Campaign == c && l.No == no }, byLinkNo))
}
func (o *oracle) Links(c release.CampaignID, after uint32, yield func(release.Link) bool) error {
	for _, l := range pick(o.links, func(l release.Link) bool { return l.Campaign == c && l.No > after }, byLinkNo) {
		if !yield(l) {
			break
		}
	}
	return nil
}
func (o *oracle) LinksOf(v release.ViewerID) ([]release.Link, error) {
	return pick(o.links, func(l release.Link) bool { return l.Sharer == v && v != "" && l.Kind != release.Reserved }, byLinkNo), nil
}

func (o *oracle) Viewer(id release.ViewerID) (release.Viewer, error) { return row(o.viewers, id) }
func (o *oracle) ViewerByNo(c release.CampaignID, no uint32) (release.Viewer, error) {
	return one(pick(o.viewers, func(v release.Viewer) bool { return v.Campaign == c && v.No == no }, byViewerNo))
}
func known(v release.Viewer, candidate string) bool {
	return candidate != "" && (v.Candidate == candidate ||
		slices.ContainsFunc(v.Browsers, func(b release.Browser) bool { return b.Candidate == candidate }))
}
func (o *oracle) ViewerByCandidate(c release.CampaignID, candidate string) (release.Viewer, error) {
	return one(pick(o.viewers, func(v release.Viewer) bool { return v.Campaign == c && known(v, candidate) }, byViewerNo))
}
func (o *oracle) PutViewer(v release.Viewer) error {
	names := []string{v.Candidate}
	for _, b := range v.Browsers {
		names = append(names, b.Candidate)
	}
	for _, name := range names {
		if other, err := o.ViewerByCandidate(v.Campaign, name); err == nil && other.ID != v.ID {
			return release.No(release.Conflict, "candidate")
		}
	}
	o.viewers[v.ID] = v
	return nil
}
func (o *oracle) Viewers(c release.CampaignID, after uint32, yield func(release.Viewer) bool) error {
	for _, v := range pick(o.viewers, func(v release.Viewer) bool { return v.Campaign == c && v.No > after }, byViewerNo) {
		if !yield(v) {
			break
		}
	}
	return nil
}
func (o *oracle) ViewersBy(l release.LinkID) ([]release.Viewer, error) {
	return pick(o.viewers, func(v release.Viewer) bool { return v.Link == l && l != "" }, byViewerNo), nil
}

func (o *oracle) Progress(v release.ViewerID) (release.Progress, error) { return row(o.progress, v) }
func (o *oracle) PutProgress(p release.Progress) error                  { o.progress[p.Viewer] = p; return nil }

func (o *oracle) Append(c release.CampaignID, e release.Event) error {
	o.last[c]++
	e.Seq = o.last[c]
	o.events[c] = append(slices.Clip(o.events[c]), e)
	return nil
}
func (o *oracle) Events(c release.CampaignID, after uint64, yield func(release.Event) bool) error {
	for _, e := range o.events[c] {
		if e.Seq > after && !yield(e) {
			break
		}
	}
	return nil
}

func (o *oracle) PutSighting(s release.Sighting) error {
	o.sightings[string(s.Link)+"\x00"+string(s.Kind)+"\x00"+s.Class] = s
	return nil
}
func bySighting(a, b release.Sighting) int {
	return cmp.Or(cmp.Compare(a.Link, b.Link), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Class, b.Class))
}
func (o *oracle) Sightings(l release.LinkID) ([]release.Sighting, error) {
	return pick(o.sightings, func(s release.Sighting) bool { return s.Link == l }, bySighting), nil
}
func (o *oracle) SightingsOf(c release.CampaignID, yield func(release.Sighting) bool) error {
	for _, s := range pick(o.sightings, func(s release.Sighting) bool { return s.Campaign == c }, bySighting) {
		if !yield(s) {
			break
		}
	}
	return nil
}

func (o *oracle) Blob(kind, key string) ([]byte, error) {
	v, err := row(o.blobs, [2]string{kind, key})
	return []byte(v), err
}
func (o *oracle) PutBlob(kind, key string, v []byte) error {
	o.blobs[[2]string{kind, key}] = string(v)
	return nil
}
func (o *oracle) DeleteBlob(kind, key string) error {
	delete(o.blobs, [2]string{kind, key})
	return nil
}
func (o *oracle) Blobs(kind, prefix string, yield func(string, []byte) bool) error {
	for _, k := range slices.SortedFunc(maps.Keys(o.blobs), func(a, b [2]string) int { return cmp.Compare(a[1], b[1]) }) {
		if k[0] == kind && strings.HasPrefix(k[1], prefix) && !yield(k[1], []byte(o.blobs[k])) {
			break
		}
	}
	return nil
}

func (o *oracle) Wipe(c release.CampaignID) (bool, error) {
	maps.DeleteFunc(o.campaigns, func(id release.CampaignID, _ release.Campaign) bool { return id == c })
	maps.DeleteFunc(o.assets, func(_ release.AssetID, a release.Asset) bool { return a.Campaign == c })
	maps.DeleteFunc(o.links, func(_ release.LinkID, l release.Link) bool { return l.Campaign == c })
	maps.DeleteFunc(o.viewers, func(_ release.ViewerID, v release.Viewer) bool { return v.Campaign == c })
	maps.DeleteFunc(o.progress, func(_ release.ViewerID, p release.Progress) bool { return p.Campaign == c })
	maps.DeleteFunc(o.sightings, func(_ string, s release.Sighting) bool { return s.Campaign == c })
	delete(o.events, c)
	return false, nil
}
