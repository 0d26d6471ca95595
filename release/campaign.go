package release

import "time"

// Privacy is a campaign's mode, said in every report's header.
type Privacy string

// The modes.
const (
	Pseudonymous Privacy = "pseudonymous" // node by node under random pseudonyms
	Statistics   Privacy = "statistics"   // aggregates only, k >= 5
	Named        Privacy = "named"        // a fan may choose to show a first name
)

// Defaults of a campaign.
const (
	DefaultFor        = 96 * time.Hour
	DefaultShares     = 10
	DefaultCopies     = 5
	DefaultGroupSeats = 30
)

// LinkLife is the technical expiry of a link's token: opening and closing are
// read from the campaign, so that a day added later works for links already
// in people's chats.
const LinkLife = 13 * 30 * 24 * time.Hour

// Campaign is one release of content with its rules.
type Campaign struct {
	ID      CampaignID
	Title   string
	By      string // the artist or publisher
	Message string // what a fan sends with a link; empty = the words of the language
	Intro   string // one line under the title on the landing page; may be empty
	Accent  string // "#rrggbb"
	Lang    string // "en" or "fr": the campaign's first language
	Tone    string // "vous" (default) or "tu"
	TZ      string // IANA zone of every absolute time
	Then    string // https address that links lead to after the close; empty = goodbye page
	Hosts   []string
	Privacy Privacy

	Shares      int // per viewer
	Generations int // 0 = unlimited
	Copies      int // copied viewers tolerated per link; 0 = strict
	GroupSeats  int // seats of a viewer's one group link; 0 = none

	Opens   time.Time // zero = not released yet
	Closes  time.Time // zero = For after Opens
	For     time.Duration
	Paused  time.Time // zero = not paused
	Deleted time.Time
	Created time.Time
	Version int // grows with each change: cache keys and the card's address use it

	Poster string // media reference of the landing poster; empty = drawn
	Card   string // media reference of the card image
	Cuts   int    // revoked or paused links and viewers; 0 spares the walk up the chain

	Legal Legal
}

// Legal is who answers for a campaign, shown under "What is counted".
type Legal struct {
	Publisher string
	Director  string
	Host      string
	Contact   string // privacy contact
}

// State is where a campaign stands in its life.
type State string

// The states.
const (
	StateDraft  State = "draft"   // not released
	StateNotYet State = "not_yet" // released, opens later
	StateOpen   State = "open"
	StatePaused State = "paused"
	StateClosed State = "closed"
)

// State tells where the campaign stands at the time now. A pause never
// re-opens what is closed.
func (c Campaign) State(now time.Time) State {
	switch {
	case c.Opens.IsZero():
		return StateDraft
	case !c.End().IsZero() && !now.Before(c.End()):
		return StateClosed
	case !c.Paused.IsZero():
		return StatePaused
	case now.Before(c.Opens):
		return StateNotYet
	}
	return StateOpen
}

// End is when the campaign closes; zero while it is not released.
func (c Campaign) End() time.Time {
	if c.Closes.IsZero() && !c.Opens.IsZero() && c.For > 0 {
		return c.Opens.Add(c.For)
	}
	return c.Closes
}

// Zone gives the campaign's time zone, UTC when it has none.
func (c Campaign) Zone() *time.Location {
	if c.TZ == "" {
		return time.UTC
	}
	zone, err := time.LoadLocation(c.TZ)
	if err != nil {
		return time.UTC
	}
	return zone
}

// open refuses when nothing may be claimed or shared at the time now.
func (c Campaign) open(now time.Time) error {
	if !c.Deleted.IsZero() {
		return No(NotFound, "campaign.unknown")
	}
	switch c.State(now) {
	case StateOpen:
		return nil
	case StateClosed:
		return No(Closed, "campaign.closed")
	case StatePaused:
		return No(Paused, "campaign.paused")
	}
	return No(NotYet, "campaign.not_yet")
}
