package boltdb

import (
	"slices"

	"passalong/release"
)

func (t *tx) Viewer(id release.ViewerID) (release.Viewer, error) {
	v := t.get(bViewers, []byte(id))
	if v == nil {
		return release.Viewer{}, none("viewer.unknown")
	}
	row, err := decode[viewerRow](bViewers, v)
	return row.in(), err
}

func (t *tx) viewerAt(id []byte) (release.Viewer, error) {
	if id == nil {
		return release.Viewer{}, none("viewer.unknown")
	}
	return t.Viewer(release.ViewerID(id))
}

func (t *tx) ViewerByNo(campaign release.CampaignID, no uint32) (release.Viewer, error) {
	return t.viewerAt(t.get(bViewerNo, noKey(campaign, no)))
}

func (t *tx) ViewerByCandidate(campaign release.CampaignID, candidate string) (release.Viewer, error) {
	return t.viewerAt(t.get(bCandidates, nameKey(campaign, candidate)))
}

// candidates lists the browsers a viewer is known by, each once.
func candidates(v release.Viewer) []string {
	out := make([]string, 0, 1+len(v.Browsers))
	if v.Candidate != "" {
		out = append(out, v.Candidate)
	}
	for _, b := range v.Browsers {
		if b.Candidate != "" && !slices.Contains(out, b.Candidate) {
			out = append(out, b.Candidate)
		}
	}
	return out
}

func (t *tx) PutViewer(v release.Viewer) error {
	t.mayWrite()
	if err := named("campaign", v.Campaign); err != nil {
		return err
	}
	if err := named("viewer", v.ID); err != nil {
		return err
	}
	known := candidates(v)
	for _, c := range known {
		if err := named("candidate", c); err != nil {
			return err
		}
		if owner := t.get(bCandidates, nameKey(v.Campaign, c)); owner != nil && string(owner) != string(v.ID) {
			return release.No(release.Conflict, "viewer.candidate")
		}
	}
	if owner := t.get(bViewerNo, noKey(v.Campaign, v.No)); owner != nil && string(owner) != string(v.ID) {
		return release.No(release.Conflict, "viewer.number")
	}
	old, err := t.Viewer(v.ID)
	fresh := release.Is(err, release.NotFound)
	if err != nil && !fresh {
		return err
	}
	row, err := encode(viewerOut(v))
	if err != nil {
		return err
	}
	moved := fresh || old.Campaign != v.Campaign || old.No != v.No
	before := candidates(old)
	if !fresh {
		if err := t.unindexViewer(old, v, moved); err != nil {
			return err
		}
	}
	for _, c := range known {
		if !moved && slices.Contains(before, c) {
			continue
		}
		if err := t.put(bCandidates, nameKey(v.Campaign, c), []byte(v.ID)); err != nil {
			return err
		}
	}
	if moved {
		if err := t.put(bViewerNo, noKey(v.Campaign, v.No), []byte(v.ID)); err != nil {
			return err
		}
	}
	if v.Link != "" && (moved || old.Link != v.Link) {
		if err := t.put(bViewersBy, noKey(v.Link, v.No), []byte(v.ID)); err != nil {
			return err
		}
	}
	return t.put(bViewers, []byte(v.ID), row)
}

// unindexViewer removes the index entries of old that v does not have.
func (t *tx) unindexViewer(old, v release.Viewer, moved bool) error {
	known := candidates(v)
	for _, c := range candidates(old) {
		if old.Campaign == v.Campaign && slices.Contains(known, c) {
			continue
		}
		if err := t.delete(bCandidates, nameKey(old.Campaign, c)); err != nil {
			return err
		}
	}
	if moved {
		if err := t.delete(bViewerNo, noKey(old.Campaign, old.No)); err != nil {
			return err
		}
	}
	if old.Link != "" && (moved || old.Link != v.Link) {
		return t.delete(bViewersBy, noKey(old.Link, old.No))
	}
	return nil
}

func (t *tx) Viewers(campaign release.CampaignID, after uint32, yield func(release.Viewer) bool) error {
	return t.byNo(bViewerNo, campaign, after, func(id []byte) (bool, error) {
		v, err := t.Viewer(release.ViewerID(id))
		return err == nil && yield(v), err
	})
}

func (t *tx) ViewersBy(link release.LinkID) ([]release.Viewer, error) {
	var out []release.Viewer
	prefix := nameKey(link, "")
	err := t.scan(bViewersBy, prefix, prefix, func(_, id []byte) (bool, error) {
		v, err := t.Viewer(release.ViewerID(id))
		out = append(out, v)
		return true, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
