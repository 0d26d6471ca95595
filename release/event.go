package release

import "time"

// EventKind names one sort of fact.
type EventKind uint8

// The kinds of event. Their numbers are stored: never renumber.
const (
	EventNone     EventKind = 0
	Minted        EventKind = 1  // Link, Value = seats, Flags door, group, test
	SentOut       EventKind = 2  // Link: a marketer handed a seed to its recipient; Channel
	Claimed       EventKind = 3  // Viewer, Parent, Link, Channel, Value = generation
	Viewed        EventKind = 4  // Viewer, Asset: the first time the content really ran
	Played        EventKind = 5  // Viewer, Asset: each time it really ran again
	Quarter       EventKind = 6  // Viewer, Asset, Value = 25, 50, 75 or 100
	Shared        EventKind = 7  // Viewer = sharer, Link, Channel, Value = seats
	ShareReturned EventKind = 8  // Viewer = sharer, Link: taken back, or the friend was in already
	SeatFreed     EventKind = 9  // Viewer who lost it, Link
	RevokedLink   EventKind = 10 // Link, and with it everything below
	RevokedViewer EventKind = 11 // Viewer, and with them everything below
	RestoredLink  EventKind = 12
	RestoredView  EventKind = 13 // Viewer restored
	Erased        EventKind = 14 // Viewer
	Internalised  EventKind = 15 // Viewer's branch counts nowhere; Value 1 = on, 0 = off
	Confirmed     EventKind = 16 // Viewer: an unconfirmed one showed a sign of life
	Changed       EventKind = 17 // the campaign's rules or state changed
	Converted     EventKind = 18 // Viewer; what a viewer did afterwards
)

// Flag is one bit of an Event.
type Flag uint8

// The flags.
const (
	FlagCopied   Flag = 1 << iota // claimed by a copied link
	FlagTest                      // counts nowhere
	FlagDoor                      // a seed in a public place
	FlagGroup                     // a link with several seats
	FlagInferred                  // told from bytes served, not from a beacon
	FlagLate                      // made after the fact: a lost share found by its claim
)

// Event is one append-only, audited fact. It holds no name and no contact;
// viewers and links are the campaign's running numbers, so that folding a
// million of them needs no look-up.
type Event struct {
	Seq     uint64    // position in the campaign's log, from 1, given by the store
	At      time.Time // UTC, microseconds
	Kind    EventKind
	Channel Channel
	Flags   Flag
	Asset   uint8  // the asset's number in the campaign, from 1
	Viewer  uint32 // the viewer's number, from 1; 0 = none
	Parent  uint32 // claimed: the parent's number; 0 = generation 1
	Link    uint32 // the link's number, from 1; 0 = none
	Value   uint32 // see the kind
}

// Word gives the kind's name in exports.
func (k EventKind) Word() string {
	words := [...]string{"none", "minted", "sent", "claimed", "viewed", "played", "quarter_reached", "shared",
		"share_returned", "seat_freed", "link_revoked", "viewer_revoked", "link_restored", "viewer_restored",
		"erased", "internal", "confirmed", "changed", "converted"}
	if int(k) < len(words) {
		return words[k]
	}
	return "unknown"
}
