package release

import (
	"context"
	"time"
)

// MaxAssets is how many contents a campaign holds.
const MaxAssets = 50

// AddAsset adds content to a campaign; its number is the next free one.
func (s *Service) AddAsset(ctx context.Context, a Asset) (Asset, error) {
	var out Asset
	err := s.store.Update(ctx, func(tx Tx) error {
		out = a
		if _, err := present(tx, a.Campaign); err != nil {
			return err
		}
		assets, err := tx.Assets(a.Campaign)
		if err != nil {
			return err
		}
		if len(assets) >= MaxAssets {
			return Bad("file", "asset.too_many", "max", MaxAssets)
		}
		no := uint8(0)
		for _, other := range assets {
			no = max(no, other.No)
		}
		if no == 255 {
			return Bad("file", "asset.too_many", "max", MaxAssets)
		}
		out.ID, out.No, out.Added = AssetID("ast_"+newBare(tx.Now(), s.random)), no+1, tx.Now()
		if err := tx.PutAsset(out); err != nil {
			return err
		}
		return bump(tx, a.Campaign)
	})
	return out, err
}

// ChangeAsset lets edit change an asset: its title, captions, renditions. Id,
// number, campaign and kind stay as they are. edit may run more than once.
func (s *Service) ChangeAsset(ctx context.Context, id AssetID, edit func(*Asset) error) (Asset, error) {
	var out Asset
	err := s.store.Update(ctx, func(tx Tx) error {
		old, err := tx.Asset(id)
		if err != nil {
			return err
		}
		out = old
		if err := edit(&out); err != nil {
			return err
		}
		out.ID, out.No, out.Campaign, out.Kind = old.ID, old.No, old.Campaign, old.Kind
		if err := tx.PutAsset(out); err != nil {
			return err
		}
		return bump(tx, out.Campaign)
	})
	return out, err
}

// DeleteAsset takes content out of a campaign; an open one keeps its last.
func (s *Service) DeleteAsset(ctx context.Context, id AssetID) error {
	return s.store.Update(ctx, func(tx Tx) error {
		a, err := tx.Asset(id)
		if err != nil {
			return err
		}
		c, err := present(tx, a.Campaign)
		if err != nil {
			return err
		}
		assets, err := tx.Assets(c.ID)
		if err != nil {
			return err
		}
		if len(assets) == 1 && c.State(tx.Now()) != StateDraft {
			return No(Conflict, "asset.last")
		}
		if err := tx.DeleteAsset(id); err != nil {
			return err
		}
		return bump(tx, c.ID)
	})
}

// Assets gives a campaign's contents by number.
func (s *Service) Assets(ctx context.Context, id CampaignID) ([]Asset, error) {
	var out []Asset
	err := s.store.View(ctx, func(tx Tx) error {
		if _, err := present(tx, id); err != nil {
			return err
		}
		var err error
		out, err = tx.Assets(id)
		return err
	})
	return out, err
}

// Asset gives one content.
func (s *Service) Asset(ctx context.Context, id AssetID) (Asset, error) {
	var out Asset
	err := s.store.View(ctx, func(tx Tx) error {
		var err error
		out, err = tx.Asset(id)
		return err
	})
	return out, err
}

// bump gives the campaign a new version: pages made from it are stale.
func bump(tx Tx, id CampaignID) error {
	c, err := tx.Campaign(id)
	if err != nil {
		return err
	}
	c.Version++
	return tx.PutCampaign(c)
}

// MediaLife is how long a media token lives: the asset's length and two hours.
func (a Asset) MediaLife() time.Duration {
	return time.Duration(a.Duration*float64(time.Second)) + 2*time.Hour
}
