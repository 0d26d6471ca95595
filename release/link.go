package release

import "time"

// LinkKind is how a link came to be.
type LinkKind string

// The kinds.
const (
	Seed     LinkKind = "seed"     // minted by a marketer; its viewers are generation 1
	Door     LinkKind = "door"     // a seed with many seats in a public place
	Share    LinkKind = "share"    // handed on by a viewer
	Group    LinkKind = "group"    // handed on by a viewer, with several seats
	Reserved LinkKind = "reserved" // prepared for a viewer's next share; counts as nothing
)

// Recipient is the person a link is meant for, typed by whoever minted it.
type Recipient struct {
	Name    string
	Contact string
	Cohort  string
}

// Link is a signed right to claim. Its token is not stored: Kid and Expires
// let the edge sign the very same string again.
type Link struct {
	ID        LinkID
	No        uint32 // number in the campaign, from 1
	Campaign  CampaignID
	Kind      LinkKind
	Recipient Recipient
	Channel   Channel // meant for, or tapped
	Seats     int     // viewers it may bind
	Claimed   int     // seats taken
	Copies    int     // copied viewers so far
	First     ViewerID
	Sharer    ViewerID // empty for a seed
	Depth     int      // generation of who claims it
	Test      bool
	Kid       string
	Expires   int64 // Unix seconds, the token's technical expiry
	Minted    time.Time
	Sent      time.Time
	Shared    time.Time
	Returned  time.Time // the share came back: a friend was already in, or it was taken back
	Revoked   time.Time
	Paused    time.Time
}

// Handed tells whether the link is in somebody's hands: a seed that was
// minted, or a share whose button was tapped.
func (l Link) Handed() bool { return l.Kind != Reserved }
