package release

import "context"

// Report gives a campaign's report with everything committed before the call.
// It costs the same for ten viewers and for a million.
func (s *Service) Report(ctx context.Context, id CampaignID) (Report, error) {
	var r Report
	err := s.folded(ctx, id, func(tx Tx, c Campaign, k *keeper) error {
		assets, err := tx.Assets(id)
		if err != nil {
			return err
		}
		r = Report{}
		err = k.current(tx, func(f *fold, sh *shape) error {
			r = f.report(sh, tx.Now())
			for _, a := range assets {
				q := f.quarters(a.No)
				r.Quarters = append(r.Quarters, AssetQuarter{a.No, a.ID, a.Title, int(q[0]), int(q[1]), int(q[2]), int(q[3])})
			}
			return nil
		})
		if err != nil {
			return err
		}
		r.describe(c)
		return r.name(tx, c)
	})
	return r, err
}

// folded runs fn in one view of a campaign that is there.
func (s *Service) folded(ctx context.Context, id CampaignID, fn func(Tx, Campaign, *keeper) error) error {
	there := func(tx Tx) (Campaign, error) {
		c, err := tx.Campaign(id)
		if err == nil && !c.Deleted.IsZero() {
			err = No(NotFound, "campaign.unknown")
		}
		if Is(err, NotFound) {
			s.live.drop(id)
		}
		return c, err
	}
	k := s.live.find(id)
	if k == nil { // nothing is kept for an id that somebody made up
		if err := s.store.View(ctx, func(tx Tx) error { _, err := there(tx); return err }); err != nil {
			return err
		}
		k = s.live.keep(id)
	}
	if err := k.ready(ctx); err != nil {
		return err
	}
	return s.store.View(ctx, func(tx Tx) error {
		c, err := there(tx)
		if err != nil {
			return err
		}
		return fn(tx, c, k)
	})
}

func (r *Report) describe(c Campaign) {
	r.Campaign, r.Privacy = c.ID, c.Privacy
	if r.Privacy == "" {
		r.Privacy = Pseudonymous
	}
	state := c.State(r.AsOf)
	r.About = About{ID: c.ID, Title: c.Title, By: c.By, State: state, TZ: c.TZ, Lang: c.Lang, Version: c.Version}
	if !c.Opens.IsZero() {
		opens := c.Opens
		r.About.Opens = &opens
	}
	if end := c.End(); !end.IsZero() {
		r.About.Closes = &end
		if left := end.Sub(r.AsOf).Seconds(); state == StateOpen || state == StatePaused {
			r.About.Left = &left
		}
	}
	if state == StateClosed {
		r.Virality.Early, r.Virality.Why = r.Virality.Why == "few", onlyFew(r.Virality.Why)
	}
}

// onlyFew drops "young": a closed campaign's viewers bring nobody more.
func onlyFew(why string) string {
	if why == "few" {
		return why
	}
	return ""
}

// name puts ids and the names of seeds on the lists' few viewers. A campaign
// in statistics mode lists nobody.
func (r *Report) name(tx Tx, c Campaign) error {
	if c.Privacy == Statistics {
		r.Top, r.Longest.Steps = []Sharer{}, []Sharer{}
		return nil
	}
	for _, list := range [][]Sharer{r.Top, r.Longest.Steps} {
		for i := range list {
			if err := list[i].name(tx, c.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (sh *Sharer) name(tx Tx, id CampaignID) error {
	v, err := tx.ViewerByNo(id, sh.No)
	if Is(err, NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	sh.Viewer = v.ID
	sh.Name, err = seedName(tx, v)
	return err
}

// seedName is what a marketer typed for the link of a generation-1 viewer:
// empty for copies, for links with several seats and for the erased.
func seedName(tx Tx, v Viewer) (string, error) {
	if v.ParentNo != 0 || v.Copied || !v.Erased.IsZero() {
		return "", nil
	}
	link, err := tx.Link(v.Link)
	if Is(err, NotFound) {
		return "", nil
	}
	if err != nil || link.Kind != Seed || link.Seats > 1 {
		return "", err
	}
	return link.Recipient.Name, nil
}
