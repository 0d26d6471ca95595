package release

import "context"

// Viewer gives one viewer. A campaign in statistics mode shows none.
func (s *Service) Viewer(ctx context.Context, id ViewerID) (Viewer, error) {
	var v Viewer
	err := s.store.View(ctx, func(tx Tx) error {
		var err error
		if v, err = tx.Viewer(id); err != nil {
			return err
		}
		return singled(tx, v.Campaign)
	})
	if err != nil {
		return Viewer{}, err
	}
	return v, nil
}

// Viewers gives up to limit viewers of a campaign with a number above after,
// by number.
func (s *Service) Viewers(ctx context.Context, campaign CampaignID, after uint32, limit int) ([]Viewer, error) {
	var out []Viewer
	err := s.store.View(ctx, func(tx Tx) error {
		out = out[:0]
		if err := singled(tx, campaign); err != nil {
			return err
		}
		return tx.Viewers(campaign, after, func(v Viewer) bool {
			out = append(out, v)
			return len(out) < limit
		})
	})
	return out, err
}

// singled refuses to show single viewers of a campaign in statistics mode.
func singled(tx Tx, id CampaignID) error {
	c, err := present(tx, id)
	if err == nil && c.Privacy == Statistics {
		err = No(Forbidden, "report.statistics")
	}
	return err
}
