package boltdb

import (
	"passalong/release"
)

func (t *tx) NextLink(campaign release.CampaignID) (uint32, error) {
	c, err := t.count(campaign)
	if err != nil {
		return 0, err
	}
	c.links++
	return c.links, nil
}

func (t *tx) NextViewer(campaign release.CampaignID) (uint32, error) {
	c, err := t.count(campaign)
	if err != nil {
		return 0, err
	}
	c.viewers++
	return c.viewers, nil
}

// count gives a campaign's numbers to change. It alone is no reason to undo a
// group: a number that its taker did not use is a gap.
func (t *tx) count(campaign release.CampaignID) (*counters, error) {
	t.mayWrite()
	if err := named("campaign", campaign); err != nil {
		return nil, err
	}
	c, err := t.countersOf(campaign)
	if err != nil {
		return nil, err
	}
	c.changed, t.counted = true, true
	return c, nil
}

func (t *tx) Link(id release.LinkID) (release.Link, error) {
	v := t.get(bLinks, []byte(id))
	if v == nil {
		return release.Link{}, none("link.unknown")
	}
	row, err := decode[linkRow](bLinks, v)
	return row.in(), err
}

func (t *tx) LinkByNo(campaign release.CampaignID, no uint32) (release.Link, error) {
	id := t.get(bLinkNo, noKey(campaign, no))
	if id == nil {
		return release.Link{}, none("link.unknown")
	}
	return t.Link(release.LinkID(id))
}

func (t *tx) PutLink(l release.Link) error {
	t.mayWrite()
	if err := named("campaign", l.Campaign); err != nil {
		return err
	}
	if err := named("link", l.ID); err != nil {
		return err
	}
	if owner := t.get(bLinkNo, noKey(l.Campaign, l.No)); owner != nil && string(owner) != string(l.ID) {
		return release.No(release.Conflict, "link.number")
	}
	old, err := t.Link(l.ID)
	fresh := release.Is(err, release.NotFound)
	if err != nil && !fresh {
		return err
	}
	v, err := encode(linkOut(l))
	if err != nil {
		return err
	}
	moved := fresh || old.Campaign != l.Campaign || old.No != l.No
	listed, was := handedOn(l), !fresh && handedOn(old)
	if !fresh && moved {
		if err := t.delete(bLinkNo, noKey(old.Campaign, old.No)); err != nil {
			return err
		}
	}
	if was && (moved || !listed || old.Sharer != l.Sharer) {
		if err := t.delete(bLinksOf, noKey(old.Sharer, old.No)); err != nil {
			return err
		}
		was = false
	}
	if moved {
		if err := t.put(bLinkNo, noKey(l.Campaign, l.No), []byte(l.ID)); err != nil {
			return err
		}
	}
	if listed && !was {
		if err := t.put(bLinksOf, noKey(l.Sharer, l.No), []byte(l.ID)); err != nil {
			return err
		}
	}
	return t.put(bLinks, []byte(l.ID), v)
}

// handedOn tells whether the link is in its sharer's list.
func handedOn(l release.Link) bool { return l.Sharer != "" && l.Handed() }

func (t *tx) Links(campaign release.CampaignID, after uint32, yield func(release.Link) bool) error {
	return t.byNo(bLinkNo, campaign, after, func(id []byte) (bool, error) {
		l, err := t.Link(release.LinkID(id))
		return err == nil && yield(l), err
	})
}

// byNo scans a number index of a campaign from the number behind after on.
func (t *tx) byNo(bucket int, campaign release.CampaignID, after uint32, fn func(id []byte) (bool, error)) error {
	if after == ^uint32(0) {
		return nil
	}
	prefix := nameKey(campaign, "")
	return t.scan(bucket, prefix, noKey(campaign, after+1), func(_, id []byte) (bool, error) { return fn(id) })
}

func (t *tx) LinksOf(viewer release.ViewerID) ([]release.Link, error) {
	var out []release.Link
	prefix := nameKey(viewer, "")
	err := t.scan(bLinksOf, prefix, prefix, func(_, id []byte) (bool, error) {
		l, err := t.Link(release.LinkID(id))
		out = append(out, l)
		return true, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
