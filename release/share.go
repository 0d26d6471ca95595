package release

import (
	"context"
	"slices"
	"time"
)

// MaxFew is how many friends one link may be for when it is not a group's.
const MaxFew = 5

// ShareInput is the tap on a share button.
type ShareInput struct {
	Viewer  ViewerID
	Link    LinkID // the prepared link that the button carried; empty = the next one
	Channel Channel
	Seats   int // friends, 1 when 0, at most MaxFew
	Group   bool
}

// Allowance is what a viewer may still hand out.
type Allowance struct {
	Left  int  // shares
	Limit int  // shares in all
	Group int  // seats of the group link that is left; 0 = none
	Last  bool // the last generation: nobody below this viewer passes on
}

// ShareResult is the link that was handed out and what is left.
type ShareResult struct {
	Link      Link
	Viewer    Viewer
	Campaign  Campaign
	Allowance Allowance
	Already   bool // the same tap again: nothing was spent
}

// Share makes a prepared link a Share: channel and quota bind here. The same
// link tapped again is the same share.
func (s *Service) Share(ctx context.Context, in ShareInput) (ShareResult, error) {
	if in.Seats == 0 {
		in.Seats = 1
	}
	if in.Channel == ChannelNone {
		in.Channel = Other
	}
	if in.Seats < 1 || !in.Group && in.Seats > MaxFew {
		return ShareResult{}, Bad("seats", "share.seats", "max", MaxFew)
	}
	var out ShareResult
	err := s.store.Update(ctx, func(tx Tx) error {
		var err error
		out, err = s.share(tx, in)
		return err
	})
	if err != nil {
		return ShareResult{}, err
	}
	return out, nil
}

func (s *Service) share(tx Tx, in ShareInput) (ShareResult, error) {
	v, c, err := inside(tx, in.Viewer)
	if err != nil {
		return ShareResult{}, err
	}
	holder, err := quotaHolder(tx, v)
	if err != nil {
		return ShareResult{}, err
	}
	out := ShareResult{Viewer: v, Campaign: c, Allowance: allowance(c, v, holder)}
	if in.Link != "" {
		link, err := tx.Link(in.Link)
		if err != nil {
			return out, err
		}
		if link.Sharer != v.ID {
			return out, No(Forbidden, "share.not_yours")
		}
		if link.Kind != Reserved {
			out.Link, out.Already = link, true
			return out, nil
		}
	}
	if err := mayShare(tx, c, v, out.Allowance, in); err != nil {
		return out, err
	}
	link, err := s.nextLink(tx, c, &v, in.Link)
	if err != nil {
		return out, err
	}
	link.Kind, link.Channel, link.Seats, link.Shared = Share, in.Channel, in.Seats, tx.Now()
	if in.Group {
		link.Kind = Group
	}
	if err := spend(tx, c, &v, &holder, link); err != nil {
		return out, err
	}
	if err := s.reserve(tx, c, &v); err != nil {
		return out, err
	}
	if err := tx.PutViewer(v); err != nil {
		return out, err
	}
	if holder.ID != v.ID {
		if err := tx.PutViewer(holder); err != nil {
			return out, err
		}
	} else {
		holder = v
	}
	out.Link, out.Viewer, out.Allowance = link, v, allowance(c, v, holder)
	return out, nil
}

// mayShare refuses what the campaign's rules do not allow now.
func mayShare(tx Tx, c Campaign, v Viewer, a Allowance, in ShareInput) error {
	if !v.Test {
		if err := c.open(tx.Now()); err != nil {
			return err
		}
	}
	switch {
	case a.Last:
		return No(TooDeep, "share.too_deep")
	case in.Group && a.Group == 0:
		return No(Quota, "share.group_used")
	case in.Group && in.Seats > a.Group:
		return Bad("seats", "share.seats", "max", a.Group)
	case !in.Group && a.Left < in.Seats:
		return No(Quota, "share.quota", "n", a.Limit)
	}
	return nil
}

// spend charges the quota, writes the link and its event.
func spend(tx Tx, c Campaign, v, holder *Viewer, link Link) error {
	charge := holder
	if holder.ID == v.ID {
		charge = v
	}
	if link.Kind == Group {
		v.Groups++
	} else {
		charge.Shares += link.Seats
	}
	if err := tx.PutLink(link); err != nil {
		return err
	}
	flags := link.flags()
	if v.Test {
		flags |= FlagTest
	}
	return tx.Append(c.ID, Event{
		At: link.Shared, Kind: Shared, Viewer: v.No, Link: link.No,
		Channel: link.Channel, Value: uint32(link.Seats), Flags: flags,
	})
}

// nextLink takes a prepared link out of the viewer's reserve, or makes one
// when none was prepared (the quota was raised since).
func (s *Service) nextLink(tx Tx, c Campaign, v *Viewer, want LinkID) (Link, error) {
	for i, id := range v.Reserved {
		if want == "" || id == want {
			link, err := tx.Link(id)
			if err != nil {
				return link, err
			}
			v.Reserved = slices.Delete(slices.Clone(v.Reserved), i, i+1)
			return link, nil
		}
	}
	if want != "" {
		return Link{}, No(Conflict, "share.not_prepared")
	}
	return s.reservedLink(tx, c, *v)
}

// reserve prepares the viewer's next links, as far as they may share.
func (s *Service) reserve(tx Tx, c Campaign, v *Viewer) error {
	if c.Generations > 0 && v.Generation >= c.Generations || c.Shares+v.Quota <= 0 && c.GroupSeats == 0 {
		return nil
	}
	for len(v.Reserved) < reserveAhead {
		link, err := s.reservedLink(tx, c, *v)
		if err != nil {
			return err
		}
		if err := tx.PutLink(link); err != nil {
			return err
		}
		v.Reserved = append(slices.Clip(v.Reserved), link.ID)
	}
	return nil
}

func (s *Service) reservedLink(tx Tx, c Campaign, v Viewer) (Link, error) {
	link, err := s.newLink(tx, c)
	link.Kind, link.Sharer, link.Seats, link.Depth, link.Test = Reserved, v.ID, 1, v.Generation+1, v.Test
	return link, err
}

// lateShare charges a share found by its claim: a reserved link whose POST was
// lost becomes one by "other", and a share that had come back is spent again.
// What a friend holds is never taken away, even past the quota.
func (s *Service) lateShare(tx Tx, link Link) (Link, error) {
	v, err := tx.Viewer(link.Sharer)
	if err != nil {
		return link, err
	}
	if link.Kind == Reserved {
		link.Kind, link.Channel, link.Shared = Share, Other, tx.Now()
	}
	link.Returned = time.Time{}
	v.Reserved = slices.DeleteFunc(slices.Clone(v.Reserved), func(id LinkID) bool { return id == link.ID })
	holder, err := quotaHolder(tx, v)
	if err != nil {
		return link, err
	}
	charge := &v
	if holder.ID != v.ID {
		charge = &holder
		if err := tx.PutViewer(v); err != nil {
			return link, err
		}
	}
	charge.Shares += link.Seats
	if err := tx.PutViewer(*charge); err != nil {
		return link, err
	}
	flags := link.flags() | FlagLate
	if v.Test {
		flags |= FlagTest
	}
	return link, tx.Append(link.Campaign, Event{
		At: tx.Now(), Kind: Shared, Viewer: v.No, Link: link.No, Channel: link.Channel, Value: uint32(link.Seats), Flags: flags,
	})
}

// quotaHolder gives whose shares a viewer spends: a copied viewer shares from
// the quota of whom they hang under.
func quotaHolder(tx Tx, v Viewer) (Viewer, error) {
	for v.Copied && v.Parent != "" {
		up, err := tx.Viewer(v.Parent)
		if err != nil {
			return v, err
		}
		v = up
	}
	return v, nil
}

func allowance(c Campaign, v, holder Viewer) Allowance {
	a := Allowance{Limit: c.Shares + holder.Quota, Last: c.Generations > 0 && v.Generation >= c.Generations}
	a.Left = max(a.Limit-holder.Shares, 0)
	if v.Groups == 0 && !v.Copied {
		a.Group = c.GroupSeats
	}
	if a.Last {
		a.Left, a.Group = 0, 0
	}
	return a
}

// TakeBack ends a link that nobody claimed yet and returns its share.
func (s *Service) TakeBack(ctx context.Context, viewer ViewerID, id LinkID) (ShareResult, error) {
	var out ShareResult
	err := s.store.Update(ctx, func(tx Tx) error {
		v, c, err := inside(tx, viewer)
		if err != nil {
			return err
		}
		link, err := tx.Link(id)
		if err != nil {
			return err
		}
		if link.Sharer != v.ID || !link.Handed() {
			return No(Forbidden, "share.not_yours")
		}
		if link.Claimed > 0 {
			return No(Conflict, "share.opened")
		}
		holder, err := quotaHolder(tx, v)
		if err != nil {
			return err
		}
		out = ShareResult{Link: link, Viewer: v, Campaign: c, Allowance: allowance(c, v, holder), Already: !link.Revoked.IsZero()}
		if out.Already {
			return nil
		}
		returned := link.Returned.IsZero()
		link.Revoked = tx.Now()
		if err := tx.PutLink(link); err != nil || !returned {
			return err
		}
		if err := giveBack(tx, link, Viewer{}); err != nil {
			return err
		}
		if v, err = tx.Viewer(viewer); err != nil {
			return err
		}
		if holder, err = quotaHolder(tx, v); err != nil {
			return err
		}
		out.Link, out.Viewer, out.Allowance = link, v, allowance(c, v, holder)
		return nil
	})
	return out, err
}

// giveBack returns an unclaimed share to whoever spent it, once. by is the
// viewer who was in already; none when it was taken back.
func giveBack(tx Tx, link Link, by Viewer) error {
	if link.Kind != Share && link.Kind != Group || link.Claimed > 0 || !link.Returned.IsZero() || link.Sharer == by.ID && by.ID != "" {
		return nil
	}
	v, err := tx.Viewer(link.Sharer)
	if err != nil {
		return err
	}
	if link.Kind == Group {
		if by.ID != "" {
			return nil // one friend of a group who was in already gives nothing back
		}
		v.Groups = max(v.Groups-1, 0)
	} else if v, err = quotaHolder(tx, v); err != nil {
		return err
	} else {
		v.Shares = max(v.Shares-link.Seats, 0)
	}
	link.Returned = tx.Now()
	if err := tx.PutLink(link); err != nil {
		return err
	}
	if err := tx.PutViewer(v); err != nil {
		return err
	}
	sharer, err := tx.Viewer(link.Sharer)
	if err != nil {
		return err
	}
	return tx.Append(link.Campaign, Event{At: tx.Now(), Kind: ShareReturned, Viewer: sharer.No, Link: link.No, Flags: link.flags()})
}

// HandedOut lists the links a viewer handed out, oldest first, without those
// that were taken back.
func (s *Service) HandedOut(ctx context.Context, viewer ViewerID) ([]Link, error) {
	var out []Link
	err := s.store.View(ctx, func(tx Tx) error {
		links, err := tx.LinksOf(viewer)
		out = out[:0]
		for _, l := range links {
			if l.Revoked.IsZero() || l.Claimed > 0 {
				out = append(out, l)
			}
		}
		return err
	})
	return out, err
}
