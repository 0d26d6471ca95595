package release

import (
	"context"
	"time"
)

// SeatHold is how long a claim without a view, a return or a share keeps its
// seat. After that somebody else may take it; the viewer keeps access.
const SeatHold = 30 * time.Minute

// reserveAhead is how many next links are prepared for a viewer: the page has
// one in hand for the tap and one while the answer is on a bad line.
const reserveAhead = 2

// ClaimInput is the tap on a landing page's button.
type ClaimInput struct {
	Link      LinkID
	Candidate string // bare id from the browser's signed candidate cookie
	Class     string // device and browser class, never an address or user agent
}

// ClaimResult is who came in, and how.
type ClaimResult struct {
	Viewer   Viewer
	Campaign Campaign
	Already  bool // this browser was in before: nothing changed
	Met      bool // by another link: two chains met, the seat stays free
}

// Claim binds one seat of a link to one viewer, once. The same candidate
// claiming again, after a lost answer or in a second tab, is the same claim.
func (s *Service) Claim(ctx context.Context, in ClaimInput) (ClaimResult, error) {
	if !ValidBare(in.Candidate) {
		return ClaimResult{}, Bad("candidate", "link.candidate")
	}
	var out ClaimResult
	err := s.store.Update(ctx, func(tx Tx) error {
		var err error
		out, err = s.claim(tx, in)
		return err
	})
	if err != nil {
		return ClaimResult{}, err
	}
	return out, nil
}

func (s *Service) claim(tx Tx, in ClaimInput) (ClaimResult, error) {
	link, err := tx.Link(in.Link)
	if err != nil {
		return ClaimResult{}, err
	}
	c, err := tx.Campaign(link.Campaign)
	if err != nil {
		return ClaimResult{}, err
	}
	known, err := tx.ViewerByCandidate(c.ID, in.Candidate)
	switch {
	case err == nil:
		return s.comeBack(tx, c, link, known)
	case !Is(err, NotFound):
		return ClaimResult{}, err
	}
	if err := claimable(tx, c, link); err != nil {
		return ClaimResult{}, err
	}
	seat, err := findSeat(tx, c, link)
	if err != nil {
		return ClaimResult{}, err
	}
	parent, err := parentOf(tx, link, seat)
	if err != nil {
		return ClaimResult{}, err
	}
	return s.seat(tx, c, link, seat, parent, in)
}

// claimable refuses what is closed, suspended or cut.
func claimable(tx Tx, c Campaign, link Link) error {
	if !link.Test || !c.Deleted.IsZero() {
		if err := c.open(tx.Now()); err != nil {
			return err
		}
	}
	if !link.Revoked.IsZero() {
		return No(Revoked, "link.revoked")
	}
	if !link.Paused.IsZero() {
		return No(Paused, "link.paused")
	}
	if c.Cuts == 0 || link.Sharer == "" {
		return nil
	}
	sharer, err := tx.Viewer(link.Sharer)
	if err != nil {
		return err
	}
	return cut(tx, c, sharer)
}

// seating is how a newcomer sits down: on a free seat, on one that its holder
// lost, or as a copy.
type seating struct {
	copied bool
	loser  *Viewer
}

func findSeat(tx Tx, c Campaign, link Link) (seating, error) {
	if link.Claimed < link.Seats {
		return seating{}, nil
	}
	loser, err := staleHolder(tx, link)
	if err != nil || loser != nil {
		return seating{loser: loser}, err
	}
	if link.Copies < c.Copies {
		return seating{copied: true}, nil
	}
	return seating{}, No(Taken, "link.taken")
}

// staleHolder finds who holds a seat without a sign of life for SeatHold.
// Doors have thousands of seats and are not searched.
func staleHolder(tx Tx, link Link) (*Viewer, error) {
	if link.Seats > 100 {
		return nil, nil
	}
	holders, err := tx.ViewersBy(link.ID)
	if err != nil {
		return nil, err
	}
	for _, v := range holders {
		if !v.Copied && v.SeatLost.IsZero() && !v.Confirmed() && tx.Now().Sub(v.Claimed) >= SeatHold {
			return &v, nil
		}
	}
	return nil, nil
}

// parentOf gives the viewer under whom a newcomer hangs; nil for generation 1
// and for copies of a door or a group's seed.
func parentOf(tx Tx, link Link, seat seating) (*Viewer, error) {
	id := link.Sharer
	if seat.copied && link.Seats == 1 {
		id = link.First
	}
	if id == "" {
		return nil, nil
	}
	v, err := tx.Viewer(id)
	if err != nil {
		return nil, err
	}
	return &v, nil
}

// seat writes the claim. Everything was decided before.
func (s *Service) seat(tx Tx, c Campaign, link Link, seat seating, parent *Viewer, in ClaimInput) (ClaimResult, error) {
	now := tx.Now()
	no, err := tx.NextViewer(c.ID)
	if err != nil {
		return ClaimResult{}, err
	}
	if link.Kind == Reserved || !link.Returned.IsZero() {
		if link, err = s.lateShare(tx, link); err != nil {
			return ClaimResult{}, err
		}
	}
	v := Viewer{
		ID: ViewerID("vwr_" + newBare(now, s.random)), No: no, Campaign: c.ID,
		Link: link.ID, LinkNo: link.No, Generation: 1, Copied: seat.copied, Test: link.Test,
		Channel: link.Channel, Class: in.Class, Candidate: in.Candidate, Claimed: now,
	}
	if parent != nil {
		v.Parent, v.ParentNo, v.Generation = parent.ID, parent.No, parent.Generation+1
		v.Test = v.Test || parent.Test
		v.Internal = parent.Internal
	}
	if seat.copied {
		v.Channel = Copy
	}
	if err := s.reserve(tx, c, &v); err != nil {
		return ClaimResult{}, err
	}
	if seat.loser != nil {
		if err := loseSeat(tx, *seat.loser); err != nil {
			return ClaimResult{}, err
		}
	}
	link = take(link, v, seat)
	if err := tx.PutLink(link); err != nil {
		return ClaimResult{}, err
	}
	if err := tx.PutViewer(v); err != nil {
		return ClaimResult{}, err
	}
	flags := link.flags()
	if v.Copied {
		flags |= FlagCopied
	}
	if v.Test {
		flags |= FlagTest
	}
	err = tx.Append(c.ID, Event{
		At: now, Kind: Claimed, Viewer: v.No, Parent: v.ParentNo, Link: link.No,
		Channel: v.Channel, Value: uint32(v.Generation), Flags: flags,
	})
	return ClaimResult{Viewer: v, Campaign: c}, err
}

func take(link Link, v Viewer, seat seating) Link {
	switch {
	case seat.copied:
		link.Copies++
	case seat.loser != nil:
		if link.First == seat.loser.ID {
			link.First = v.ID
		}
	default:
		link.Claimed++
		if link.First == "" {
			link.First = v.ID
		}
	}
	return link
}

func loseSeat(tx Tx, v Viewer) error {
	v.SeatLost = tx.Now()
	if err := tx.PutViewer(v); err != nil {
		return err
	}
	return tx.Append(v.Campaign, Event{At: tx.Now(), Kind: SeatFreed, Viewer: v.No, Link: v.LinkNo})
}

// comeBack answers a browser that is already in. Coming in by another,
// unclaimed link gives that share back to whoever spent it.
func (s *Service) comeBack(tx Tx, c Campaign, link Link, v Viewer) (ClaimResult, error) {
	if err := cut(tx, c, v); err != nil {
		return ClaimResult{}, err
	}
	out := ClaimResult{Viewer: v, Campaign: c, Already: true, Met: link.ID != v.Link}
	if !out.Met {
		return out, nil
	}
	return out, giveBack(tx, link, v)
}
