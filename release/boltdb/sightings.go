package boltdb

import (
	"passalong/release"
)

func sightingKey(s release.Sighting) []byte {
	return append(append(nameKey(s.Link, s.Kind), 0), s.Class...)
}

func (t *tx) Sightings(link release.LinkID) ([]release.Sighting, error) {
	var out []release.Sighting
	prefix := nameKey(link, "")
	err := t.scan(bSightings, prefix, prefix, func(_, v []byte) (bool, error) {
		row, err := decode[sightingRow](bSightings, v)
		out = append(out, row.in())
		return true, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (t *tx) PutSighting(s release.Sighting) error {
	t.mayWrite()
	if err := named("campaign", s.Campaign); err != nil {
		return err
	}
	if err := named("link", s.Link); err != nil {
		return err
	}
	if err := named("kind", s.Kind); err != nil {
		return err
	}
	if len(s.Class) > maxKey {
		return release.Bad("class", "store.key")
	}
	v, err := encode(sightingOut(s))
	if err != nil {
		return err
	}
	if key := nameKey(s.Campaign, s.Link); t.get(bSightingsOf, key) == nil {
		if err := t.put(bSightingsOf, key, []byte{}); err != nil {
			return err
		}
	}
	return t.put(bSightings, sightingKey(s), v)
}

func (t *tx) SightingsOf(campaign release.CampaignID, yield func(release.Sighting) bool) error {
	prefix := nameKey(campaign, "")
	return t.scan(bSightingsOf, prefix, prefix, func(k, _ []byte) (bool, error) {
		rows, err := t.Sightings(release.LinkID(k[len(prefix):]))
		if err != nil {
			return false, err
		}
		for _, s := range rows {
			if !yield(s) {
				return false, nil
			}
		}
		return true, nil
	})
}
