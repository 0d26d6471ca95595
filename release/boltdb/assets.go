package boltdb

import (
	"bytes"

	"passalong/release"
)

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
