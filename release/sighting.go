package release

import "time"

// SightingKind is what a fetch told.
type SightingKind string

// The kinds.
const (
	SightPreview SightingKind = "preview" // a machine fetched the card
	SightOpen    SightingKind = "open"    // the landing page was loaded
	SightMet     SightingKind = "met"     // somebody already in opened another link: two chains met
	SightBlocked SightingKind = "blocked" // opened, but closed, taken or cut
)

// MaxSightings is how many rows one link keeps; further classes join "other".
const MaxSightings = 8

// Sighting is what fetches of one link told, merged by kind and class.
type Sighting struct {
	Campaign CampaignID
	Link     LinkID
	LinkNo   uint32
	Kind     SightingKind
	Class    string // fetcher class: "whatsapp", "browser", …
	Count    int
	First    time.Time
	Last     time.Time
}
