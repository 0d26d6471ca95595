package boltdb

import (
	"bytes"
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

func (t *tx) Asset(id release.AssetID) (release.Asset, error) {
	v := t.get(bAssets, []byte(id))
	if v == nil {
		return release.Asset{}, none("asset.unknown")
	}
	row, err := decode[assetRow](bAssets, v)
	return row.in(), err
}

// assetKey sorts a campaign's assets by number and allows one number twice
// while assets change places.
func assetKey(a release.Asset) []byte {
	k := append(noKey(a.Campaign, uint32(a.No)), 0)
	return append(k, a.ID...)
}

func (t *tx) PutAsset(a release.Asset) error {
	t.mayWrite()
	if err := named("campaign", a.Campaign); err != nil {
		return err
	}
	if err := named("asset", a.ID); err != nil {
		return err
	}
	if err := t.unindexAsset(a.ID, assetKey(a)); err != nil {
		return err
	}
	v, err := encode(assetOut(a))
	if err != nil {
		return err
	}
	if err := t.put(bAssetNo, assetKey(a), []byte{}); err != nil {
		return err
	}
	return t.put(bAssets, []byte(a.ID), v)
}

// unindexAsset removes the index entry of the asset's row unless it is keep.
func (t *tx) unindexAsset(id release.AssetID, keep []byte) error {
	old, err := t.Asset(id)
	if release.Is(err, release.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if key := assetKey(old); !bytes.Equal(key, keep) {
		return t.delete(bAssetNo, key)
	}
	return nil
}

func (t *tx) DeleteAsset(id release.AssetID) error {
	t.mayWrite()
	if err := t.unindexAsset(id, nil); err != nil {
		return err
	}
	return t.delete(bAssets, []byte(id))
}

func (t *tx) Assets(campaign release.CampaignID) ([]release.Asset, error) {
	var out []release.Asset
	prefix := nameKey(campaign, "")
	err := t.scan(bAssetNo, prefix, prefix, func(k, _ []byte) (bool, error) {
		a, err := t.Asset(release.AssetID(k[len(prefix)+5:]))
		out = append(out, a)
		return true, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
