package release

import (
	"context"
	"time"
)

// inside gives a viewer who may act: known, not cut, in a campaign that is
// still there.
func inside(tx Tx, id ViewerID) (Viewer, Campaign, error) {
	v, err := tx.Viewer(id)
	if err != nil {
		return v, Campaign{}, err
	}
	c, err := tx.Campaign(v.Campaign)
	if err != nil {
		return v, c, err
	}
	if !c.Deleted.IsZero() {
		return v, c, No(NotFound, "campaign.unknown")
	}
	return v, c, cut(tx, c, v)
}

// cut refuses a viewer who was revoked or paused, or hangs below a viewer or
// link that was. One write cuts a branch of any size; the walk up is spared
// while the campaign has no cuts.
func cut(tx Tx, c Campaign, v Viewer) error {
	if c.Cuts == 0 {
		return nil
	}
	for {
		switch {
		case !v.Revoked.IsZero():
			return No(Revoked, "viewer.revoked")
		case !v.Paused.IsZero():
			return No(Paused, "viewer.paused")
		}
		link, err := tx.Link(v.Link)
		if err != nil {
			return err
		}
		switch {
		case !link.Revoked.IsZero():
			return No(Revoked, "link.revoked")
		case !link.Paused.IsZero():
			return No(Paused, "link.paused")
		}
		if v.Parent == "" {
			return nil
		}
		if v, err = tx.Viewer(v.Parent); err != nil {
			return err
		}
	}
}

// Inside gives a viewer and their campaign, or why they may not go on: cut,
// paused or deleted. A closed campaign keeps its viewers inside.
func (s *Service) Inside(ctx context.Context, id ViewerID) (Viewer, Campaign, error) {
	var v Viewer
	var c Campaign
	err := s.store.View(ctx, func(tx Tx) error {
		var err error
		v, c, err = inside(tx, id)
		if err == nil && !c.Paused.IsZero() && !v.Test {
			err = No(Paused, "campaign.paused")
		}
		return err
	})
	return v, c, err
}

// RevokeLink ends a link and everything below it, or takes that back.
func (s *Service) RevokeLink(ctx context.Context, id LinkID, on bool) (Link, error) {
	var link Link
	err := s.store.Update(ctx, func(tx Tx) error {
		var err error
		if link, err = tx.Link(id); err != nil {
			return err
		}
		if link.Revoked.IsZero() != on {
			return nil
		}
		kind := RestoredLink
		link.Revoked = time.Time{}
		if on {
			kind, link.Revoked = RevokedLink, tx.Now()
		}
		if err := countCut(tx, link.Campaign, on); err != nil {
			return err
		}
		if err := tx.PutLink(link); err != nil {
			return err
		}
		return tx.Append(link.Campaign, Event{At: tx.Now(), Kind: kind, Link: link.No})
	})
	return link, err
}

// RevokeViewer ends a viewer and everything below them, or takes that back.
func (s *Service) RevokeViewer(ctx context.Context, id ViewerID, on bool) (Viewer, error) {
	var v Viewer
	err := s.store.Update(ctx, func(tx Tx) error {
		var err error
		if v, err = tx.Viewer(id); err != nil {
			return err
		}
		if v.Revoked.IsZero() != on {
			return nil
		}
		kind := RestoredView
		v.Revoked = time.Time{}
		if on {
			kind, v.Revoked = RevokedViewer, tx.Now()
		}
		if err := countCut(tx, v.Campaign, on); err != nil {
			return err
		}
		if err := tx.PutViewer(v); err != nil {
			return err
		}
		return tx.Append(v.Campaign, Event{At: tx.Now(), Kind: kind, Viewer: v.No})
	})
	return v, err
}

// countCut keeps the campaign's number of cuts. A link taken back by its
// sharer before anybody came in is not among them: nothing hangs below it.
func countCut(tx Tx, id CampaignID, on bool) error {
	c, err := tx.Campaign(id)
	if err != nil {
		return err
	}
	if on {
		c.Cuts++
	} else {
		c.Cuts = max(c.Cuts-1, 0)
	}
	return tx.PutCampaign(c)
}

// MarkInternal makes a viewer and everything below count nowhere, or takes
// that back.
func (s *Service) MarkInternal(ctx context.Context, id ViewerID, on bool) (Viewer, error) {
	var v Viewer
	err := s.store.Update(ctx, func(tx Tx) error {
		var err error
		if v, err = tx.Viewer(id); err != nil {
			return err
		}
		if v.Internal == on {
			return nil
		}
		v.Internal = on
		if err := tx.PutViewer(v); err != nil {
			return err
		}
		e := Event{At: tx.Now(), Kind: Internalised, Viewer: v.No}
		if on {
			e.Value = 1
		}
		return tx.Append(v.Campaign, e)
	})
	return v, err
}

// Erase forgets who a viewer was and keeps the node, so that the forest and
// every total stay true. Their browsers are strangers afterwards.
func (s *Service) Erase(ctx context.Context, id ViewerID) error {
	return s.store.Update(ctx, func(tx Tx) error {
		v, err := tx.Viewer(id)
		if err != nil {
			return err
		}
		if !v.Erased.IsZero() {
			return nil
		}
		link, err := tx.Link(v.Link)
		if err != nil {
			return err
		}
		v.Erased = tx.Now()
		v.Claimed = v.Claimed.Truncate(24 * time.Hour)
		v.Class, v.Browsers = "", nil
		v.Candidate = newBare(tx.Now(), s.random) // a browser that does not exist
		if err := tx.PutViewer(v); err != nil {
			return err
		}
		if link.Seats == 1 && link.Recipient != (Recipient{}) && !v.Copied {
			link.Recipient = Recipient{Cohort: link.Recipient.Cohort}
			if err := tx.PutLink(link); err != nil {
				return err
			}
		}
		return tx.Append(v.Campaign, Event{At: v.Erased, Kind: Erased, Viewer: v.No})
	})
}
