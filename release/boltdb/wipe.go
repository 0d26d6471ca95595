package boltdb

import (
	"passalong/release"
)

// wipeStep bounds how many rows one Wipe removes, so that a group commit with
// a wipe in it stays short.
const wipeStep = 2000

// wiper removes rows and counts them down.
type wiper struct {
	t    *tx
	left int
}

func (t *tx) Wipe(campaign release.CampaignID) (more bool, err error) {
	t.mayWrite()
	if err := named("campaign", campaign); err != nil {
		return false, err
	}
	w := &wiper{t: t, left: wipeStep}
	prefix := nameKey(campaign, "")
	steps := []func() error{
		func() error { return w.each(bSightingsOf, prefix, w.sightings) },
		func() error { return w.each(bProgressOf, prefix, w.progress) },
		func() error { return w.each(bViewerNo, prefix, w.viewer) },
		func() error { return w.each(bLinkNo, prefix, w.link) },
		func() error { return w.each(bAssetNo, prefix, w.asset) },
		func() error { return w.events(campaign) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return false, err
		}
		if w.left <= 0 {
			return true, nil
		}
	}
	return false, w.campaign(campaign)
}

// each runs fn with the keys (behind prefix) and values of an index until the
// step is used up; fn removes what they stand for.
func (w *wiper) each(bucket int, prefix []byte, fn func(name, value []byte) error) error {
	return w.t.scan(bucket, prefix, prefix, func(k, v []byte) (bool, error) {
		if w.left <= 0 {
			return false, nil
		}
		w.left--
		key := append([]byte{}, k...)
		if err := fn(key[len(prefix):], append([]byte{}, v...)); err != nil {
			return false, err
		}
		return true, w.t.delete(bucket, key)
	})
}

func (w *wiper) sightings(link, _ []byte) error {
	rows, err := w.t.Sightings(release.LinkID(link))
	if err != nil {
		return err
	}
	for _, s := range rows {
		w.left--
		if err := w.t.delete(bSightings, sightingKey(s)); err != nil {
			return err
		}
	}
	return nil
}

func (w *wiper) progress(viewer, _ []byte) error { return w.t.delete(bProgress, viewer) }

func (w *wiper) viewer(_, id []byte) error {
	v, err := w.t.viewerAt(id)
	if err != nil {
		return err
	}
	for _, c := range candidates(v) {
		if err := w.t.delete(bCandidates, nameKey(v.Campaign, c)); err != nil {
			return err
		}
	}
	if v.Link != "" {
		if err := w.t.delete(bViewersBy, noKey(v.Link, v.No)); err != nil {
			return err
		}
	}
	return w.t.delete(bViewers, id)
}

func (w *wiper) link(_, id []byte) error {
	l, err := w.t.Link(release.LinkID(id))
	if err != nil {
		return err
	}
	if handedOn(l) {
		if err := w.t.delete(bLinksOf, noKey(l.Sharer, l.No)); err != nil {
			return err
		}
	}
	return w.t.delete(bLinks, id)
}

func (w *wiper) asset(name, _ []byte) error { return w.t.delete(bAssets, name[5:]) }

// events removes whole events from the front; the bucket goes when it is empty.
func (w *wiper) events(campaign release.CampaignID) error {
	log := w.t.bucket(bEvents).Bucket([]byte(campaign))
	if log == nil {
		return nil
	}
	w.t.writing()
	for k, _ := log.Cursor().First(); k != nil; k, _ = log.Cursor().First() {
		if w.left--; w.left < 0 {
			return nil
		}
		if err := log.Delete(k); err != nil {
			return fault(bEvents, err)
		}
	}
	if err := w.t.bucket(bEvents).DeleteBucket([]byte(campaign)); err != nil {
		return fault(bEvents, err)
	}
	return nil
}

// campaign removes the last rows. The running numbers stay: 16 bytes, so that
// no number and no sequence is ever given twice, whatever comes later.
func (w *wiper) campaign(id release.CampaignID) error {
	delete(w.t.cache.campaigns, id)
	if w.t.get(bCampaigns, []byte(id)) == nil {
		return nil
	}
	return w.t.delete(bCampaigns, []byte(id))
}
