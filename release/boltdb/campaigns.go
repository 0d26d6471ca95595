package boltdb

import (
	"slices"

	"passalong/release"
)

func (t *tx) Campaign(id release.CampaignID) (release.Campaign, error) {
	if t.cache != nil {
		if c, ok := t.cache.campaigns[id]; ok {
			c.Hosts = slices.Clone(c.Hosts)
			return c, nil
		}
	}
	v := t.get(bCampaigns, []byte(id))
	if v == nil {
		return release.Campaign{}, none("campaign.unknown")
	}
	row, err := decode[campaignRow](bCampaigns, v)
	if err != nil {
		return release.Campaign{}, err
	}
	if t.cache != nil {
		t.remember(row.in())
	}
	return row.in(), nil
}

// remember keeps a campaign decoded for the next fns of the committer.
func (t *tx) remember(c release.Campaign) {
	if t.cache.campaigns == nil {
		t.cache.campaigns = map[release.CampaignID]release.Campaign{}
	}
	c.Hosts = slices.Clone(c.Hosts)
	t.cache.campaigns[c.ID] = c
}

func (t *tx) PutCampaign(c release.Campaign) error {
	t.mayWrite()
	if err := named("campaign", c.ID); err != nil {
		return err
	}
	row := campaignOut(c)
	v, err := encode(row)
	if err != nil {
		return err
	}
	t.remember(row.in())
	return t.put(bCampaigns, []byte(c.ID), v)
}

func (t *tx) Campaigns() ([]release.Campaign, error) {
	var out []release.Campaign
	err := t.scan(bCampaigns, nil, nil, func(_, v []byte) (bool, error) {
		row, err := decode[campaignRow](bCampaigns, v)
		if err == nil {
			out = append(out, row.in())
		}
		return true, err
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(out, func(a, b release.Campaign) int { return a.Created.Compare(b.Created) })
	return out, nil
}
