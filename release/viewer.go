package release

import "time"

// Viewer is whoever claimed: a pseudonymous node of the forest.
type Viewer struct {
	ID         ViewerID
	No         uint32 // number in the campaign, from 1
	Campaign   CampaignID
	Link       LinkID
	LinkNo     uint32
	Parent     ViewerID // empty for generation 1 and the unattributed
	ParentNo   uint32
	Generation int
	Copied     bool
	Test       bool
	Internal   bool
	Channel    Channel // how the link came
	Class      string  // "iPhone, Instagram's browser": never an address, never a user agent
	Candidate  string  // bare id of the browser that claimed
	Browsers   []Browser
	Claimed    time.Time
	Viewed     time.Time // zero = not yet
	Inferred   bool      // the view was told from bytes served, no beacon yet
	Returned   time.Time // zero = never came back
	SeatLost   time.Time // the seat was freed and somebody else took it: unconfirmed until a view
	Quota      int       // shares granted on top of the campaign's
	Shares     int       // shares spent and not returned
	Groups     int       // group links spent
	Reserved   []LinkID  // next link ids, prepared
	Revoked    time.Time
	Paused     time.Time
	Erased     time.Time
}

// Browser is one more browser of the same viewer.
type Browser struct {
	Candidate string
	How       string // "asked", "hand-over", "return"
	Since     time.Time
}

// Confirmed tells whether a sign of life was seen: a view, a return or a share.
func (v Viewer) Confirmed() bool {
	return !v.Viewed.IsZero() || !v.Returned.IsZero() || v.Shares > 0 || v.Groups > 0
}
