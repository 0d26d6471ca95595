package release

import (
	"context"
	"io"
	"time"
)

// Store keeps rows and gives transactions. It decides nothing.
// release/storetest says in tests what every Store must do.
type Store interface {
	// Update runs fn in a read-write transaction that is durable when Update
	// returns nil. All or nothing: if fn returns an error nothing of it stays
	// and Update returns that error as it is. fn may run more than once (group
	// commit, retries), so it touches nothing but tx and its own results, which
	// it sets anew on each run; it decides everything before its first write.
	// A store that cannot write now returns an Error of kind Unavailable.
	Update(ctx context.Context, fn func(tx Tx) error) error

	// View runs fn in a read-only, consistent transaction. A write inside
	// panics. fn must not wait for a network.
	View(ctx context.Context, fn func(tx Tx) error) error

	// Follow calls fn with the committed events of one campaign in order, in
	// batches (at most 4096), starting behind the sequence after, first those
	// that are there, then new ones within 100 ms of their commit. It ends with
	// ctx (returning its error) or with fn's error. The slice belongs to the
	// store and is overwritten: fn keeps no part of it.
	Follow(ctx context.Context, campaign CampaignID, after uint64, fn func([]Event) error) error

	// Backup writes a consistent copy while the store serves.
	Backup(ctx context.Context, w io.Writer) error

	// Check verifies the store's own structure and that every index agrees
	// with its rows, calling report with one sentence per fault.
	Check(ctx context.Context, report func(string)) error

	Close() error
}

// Tx is one transaction. A getter that finds nothing returns an Error of kind
// NotFound, never a nil value; values belong to the caller. Lists run in the
// order said and stop when yield returns false or an error.
type Tx interface {
	// Now is the only clock of a rule: UTC, whole microseconds.
	Now() time.Time

	Campaign(CampaignID) (Campaign, error)
	PutCampaign(Campaign) error
	Campaigns() ([]Campaign, error) // oldest first, deleted ones included

	Asset(AssetID) (Asset, error)
	PutAsset(Asset) error
	DeleteAsset(AssetID) error
	Assets(CampaignID) ([]Asset, error) // by number

	// NextLink and NextViewer give the campaign's next running number, from 1.
	// A number is never given twice; gaps are allowed.
	NextLink(CampaignID) (uint32, error)
	NextViewer(CampaignID) (uint32, error)

	Link(LinkID) (Link, error)
	LinkByNo(CampaignID, uint32) (Link, error)
	PutLink(Link) error
	// Links lists a campaign's links with a number above after, by number.
	Links(campaign CampaignID, after uint32, yield func(Link) bool) error
	// LinksOf lists the links a viewer handed out (never the reserved), by number.
	LinksOf(ViewerID) ([]Link, error)

	Viewer(ViewerID) (Viewer, error)
	ViewerByNo(CampaignID, uint32) (Viewer, error)
	// ViewerByCandidate finds who a browser is in a campaign: the candidate
	// that claimed, or one of a viewer's further browsers.
	ViewerByCandidate(campaign CampaignID, candidate string) (Viewer, error)
	// PutViewer keeps the row and its indexes; (campaign, candidate) is unique
	// over claiming and further browsers: a second viewer for it is a Conflict.
	PutViewer(Viewer) error
	// Viewers lists a campaign's viewers with a number above after, by number.
	Viewers(campaign CampaignID, after uint32, yield func(Viewer) bool) error
	// ViewersBy lists who claimed a link, copies included, by number.
	ViewersBy(LinkID) ([]Viewer, error)

	Progress(ViewerID) (Progress, error)
	PutProgress(Progress) error

	// Append adds an event to its campaign's log; Seq is the store's to set.
	Append(CampaignID, Event) error
	// Events lists a campaign's events behind the sequence after, in order.
	Events(campaign CampaignID, after uint64, yield func(Event) bool) error

	Sightings(LinkID) ([]Sighting, error)
	PutSighting(Sighting) error
	// SightingsOf lists all of a campaign's sightings, by link.
	SightingsOf(campaign CampaignID, yield func(Sighting) bool) error

	// Blobs are small rows by kind and key whose meaning is the rules' own:
	// staff, sessions, sign-in links, API keys, answers kept for an
	// Idempotency-Key, settings. Key order; keys are at most 200 bytes.
	Blob(kind, key string) ([]byte, error)
	PutBlob(kind, key string, value []byte) error
	DeleteBlob(kind, key string) error
	Blobs(kind, prefix string, yield func(key string, value []byte) bool) error

	// Wipe removes every row of a campaign, its events and sightings included.
	// Large: it may be called several times until it returns false (nothing left).
	Wipe(CampaignID) (more bool, err error)
}
