package boltdb

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"time"

	"github.com/fxamacker/cbor/v2"

	"passalong/release"
)

// A row is CBOR behind four bytes of CRC-32C, so that a flipped bit on the disk is
// a fault that Check names and no reader believes. The structs below are what
// is stored: a field's number is never given again, new ones are added at the
// end, and an absent one is zero. Times are microseconds, 0 = zero.

type campaignRow struct {
	ID          release.CampaignID `cbor:"1,keyasint"`
	Title       string             `cbor:"2,keyasint,omitempty"`
	By          string             `cbor:"3,keyasint,omitempty"`
	Message     string             `cbor:"4,keyasint,omitempty"`
	Intro       string             `cbor:"5,keyasint,omitempty"`
	Accent      string             `cbor:"6,keyasint,omitempty"`
	Lang        string             `cbor:"7,keyasint,omitempty"`
	Tone        string             `cbor:"8,keyasint,omitempty"`
	TZ          string             `cbor:"9,keyasint,omitempty"`
	Then        string             `cbor:"10,keyasint,omitempty"`
	Hosts       []string           `cbor:"11,keyasint,omitempty"`
	Privacy     release.Privacy    `cbor:"12,keyasint,omitempty"`
	Shares      int                `cbor:"13,keyasint,omitempty"`
	Generations int                `cbor:"14,keyasint,omitempty"`
	Copies      int                `cbor:"15,keyasint,omitempty"`
	GroupSeats  int                `cbor:"16,keyasint,omitempty"`
	Opens       int64              `cbor:"17,keyasint,omitempty"`
	Closes      int64              `cbor:"18,keyasint,omitempty"`
	For         int64              `cbor:"19,keyasint,omitempty"` // nanoseconds
	Paused      int64              `cbor:"20,keyasint,omitempty"`
	Deleted     int64              `cbor:"21,keyasint,omitempty"`
	Created     int64              `cbor:"22,keyasint,omitempty"`
	Version     int                `cbor:"23,keyasint,omitempty"`
	Poster      string             `cbor:"24,keyasint,omitempty"`
	Card        string             `cbor:"25,keyasint,omitempty"`
	Cuts        int                `cbor:"26,keyasint,omitempty"`
	Publisher   string             `cbor:"27,keyasint,omitempty"`
	Director    string             `cbor:"28,keyasint,omitempty"`
	Host        string             `cbor:"29,keyasint,omitempty"`
	Contact     string             `cbor:"30,keyasint,omitempty"`
}

func campaignOut(c release.Campaign) campaignRow {
	return campaignRow{c.ID, c.Title, c.By, c.Message, c.Intro, c.Accent, c.Lang, c.Tone, c.TZ, c.Then, c.Hosts, c.Privacy,
		c.Shares, c.Generations, c.Copies, c.GroupSeats, micro(c.Opens), micro(c.Closes), int64(c.For), micro(c.Paused),
		micro(c.Deleted), micro(c.Created), c.Version, c.Poster, c.Card, c.Cuts,
		c.Legal.Publisher, c.Legal.Director, c.Legal.Host, c.Legal.Contact}
}

func (r campaignRow) in() release.Campaign {
	return release.Campaign{ID: r.ID, Title: r.Title, By: r.By, Message: r.Message, Intro: r.Intro, Accent: r.Accent,
		Lang: r.Lang, Tone: r.Tone, TZ: r.TZ, Then: r.Then, Hosts: r.Hosts, Privacy: r.Privacy,
		Shares: r.Shares, Generations: r.Generations, Copies: r.Copies, GroupSeats: r.GroupSeats,
		Opens: at(r.Opens), Closes: at(r.Closes), For: time.Duration(r.For), Paused: at(r.Paused),
		Deleted: at(r.Deleted), Created: at(r.Created), Version: r.Version, Poster: r.Poster, Card: r.Card, Cuts: r.Cuts,
		Legal: release.Legal{Publisher: r.Publisher, Director: r.Director, Host: r.Host, Contact: r.Contact}}
}

type assetRow struct {
	ID       release.AssetID    `cbor:"1,keyasint"`
	Campaign release.CampaignID `cbor:"2,keyasint"`
	No       uint8              `cbor:"3,keyasint,omitempty"`
	Kind     release.AssetKind  `cbor:"4,keyasint,omitempty"`
	Name     string             `cbor:"5,keyasint,omitempty"`
	Title    string             `cbor:"6,keyasint,omitempty"`
	MIME     string             `cbor:"7,keyasint,omitempty"`
	Ref      string             `cbor:"8,keyasint,omitempty"`
	SHA256   string             `cbor:"9,keyasint,omitempty"`
	Bytes    int64              `cbor:"10,keyasint,omitempty"`
	Duration float64            `cbor:"11,keyasint,omitempty"`
	Width    int                `cbor:"12,keyasint,omitempty"`
	Height   int                `cbor:"13,keyasint,omitempty"`
	Pages    int                `cbor:"14,keyasint,omitempty"`
	Captions []captionRow       `cbor:"15,keyasint,omitempty"`
	Sizes    []renditionRow     `cbor:"16,keyasint,omitempty"`
	Leaves   []string           `cbor:"17,keyasint,omitempty"`
	Poster   string             `cbor:"18,keyasint,omitempty"`
	Added    int64              `cbor:"19,keyasint,omitempty"`
}

type captionRow struct {
	Lang string `cbor:"1,keyasint,omitempty"`
	Ref  string `cbor:"2,keyasint,omitempty"`
}

type renditionRow struct {
	Height int    `cbor:"1,keyasint,omitempty"`
	Ref    string `cbor:"2,keyasint,omitempty"`
	Bytes  int64  `cbor:"3,keyasint,omitempty"`
}

func assetOut(a release.Asset) assetRow {
	return assetRow{a.ID, a.Campaign, a.No, a.Kind, a.Name, a.Title, a.MIME, a.Ref, a.SHA256, a.Bytes, a.Duration,
		a.Width, a.Height, a.Pages,
		each(a.Captions, func(c release.Caption) captionRow { return captionRow(c) }),
		each(a.Sizes, func(r release.Rendition) renditionRow { return renditionRow(r) }),
		a.Leaves, a.Poster, micro(a.Added)}
}

func (r assetRow) in() release.Asset {
	return release.Asset{ID: r.ID, Campaign: r.Campaign, No: r.No, Kind: r.Kind, Name: r.Name, Title: r.Title, MIME: r.MIME,
		Ref: r.Ref, SHA256: r.SHA256, Bytes: r.Bytes, Duration: r.Duration, Width: r.Width, Height: r.Height, Pages: r.Pages,
		Captions: each(r.Captions, func(c captionRow) release.Caption { return release.Caption(c) }),
		Sizes:    each(r.Sizes, func(r renditionRow) release.Rendition { return release.Rendition(r) }),
		Leaves:   r.Leaves, Poster: r.Poster, Added: at(r.Added)}
}

type linkRow struct {
	ID       release.LinkID     `cbor:"1,keyasint"`
	No       uint32             `cbor:"2,keyasint,omitempty"`
	Campaign release.CampaignID `cbor:"3,keyasint"`
	Kind     release.LinkKind   `cbor:"4,keyasint,omitempty"`
	Name     string             `cbor:"5,keyasint,omitempty"`
	Contact  string             `cbor:"6,keyasint,omitempty"`
	Cohort   string             `cbor:"7,keyasint,omitempty"`
	Channel  uint8              `cbor:"8,keyasint,omitempty"`
	Seats    int                `cbor:"9,keyasint,omitempty"`
	Claimed  int                `cbor:"10,keyasint,omitempty"`
	Copies   int                `cbor:"11,keyasint,omitempty"`
	First    release.ViewerID   `cbor:"12,keyasint,omitempty"`
	Sharer   release.ViewerID   `cbor:"13,keyasint,omitempty"`
	Depth    int                `cbor:"14,keyasint,omitempty"`
	Test     bool               `cbor:"15,keyasint,omitempty"`
	Kid      string             `cbor:"16,keyasint,omitempty"`
	Expires  int64              `cbor:"17,keyasint,omitempty"` // seconds
	Minted   int64              `cbor:"18,keyasint,omitempty"`
	Sent     int64              `cbor:"19,keyasint,omitempty"`
	Shared   int64              `cbor:"20,keyasint,omitempty"`
	Returned int64              `cbor:"21,keyasint,omitempty"`
	Revoked  int64              `cbor:"22,keyasint,omitempty"`
	Paused   int64              `cbor:"23,keyasint,omitempty"`
}

func linkOut(l release.Link) linkRow {
	return linkRow{l.ID, l.No, l.Campaign, l.Kind, l.Recipient.Name, l.Recipient.Contact, l.Recipient.Cohort,
		uint8(l.Channel), l.Seats, l.Claimed, l.Copies, l.First, l.Sharer, l.Depth, l.Test, l.Kid, l.Expires,
		micro(l.Minted), micro(l.Sent), micro(l.Shared), micro(l.Returned), micro(l.Revoked), micro(l.Paused)}
}

func (r linkRow) in() release.Link {
	return release.Link{ID: r.ID, No: r.No, Campaign: r.Campaign, Kind: r.Kind,
		Recipient: release.Recipient{Name: r.Name, Contact: r.Contact, Cohort: r.Cohort},
		Channel:   release.Channel(r.Channel), Seats: r.Seats, Claimed: r.Claimed, Copies: r.Copies,
		First: r.First, Sharer: r.Sharer, Depth: r.Depth, Test: r.Test, Kid: r.Kid, Expires: r.Expires,
		Minted: at(r.Minted), Sent: at(r.Sent), Shared: at(r.Shared), Returned: at(r.Returned),
		Revoked: at(r.Revoked), Paused: at(r.Paused)}
}

type viewerRow struct {
	ID         release.ViewerID   `cbor:"1,keyasint"`
	No         uint32             `cbor:"2,keyasint,omitempty"`
	Campaign   release.CampaignID `cbor:"3,keyasint"`
	Link       release.LinkID     `cbor:"4,keyasint,omitempty"`
	LinkNo     uint32             `cbor:"5,keyasint,omitempty"`
	Parent     release.ViewerID   `cbor:"6,keyasint,omitempty"`
	ParentNo   uint32             `cbor:"7,keyasint,omitempty"`
	Generation int                `cbor:"8,keyasint,omitempty"`
	Copied     bool               `cbor:"9,keyasint,omitempty"`
	Test       bool               `cbor:"10,keyasint,omitempty"`
	Internal   bool               `cbor:"11,keyasint,omitempty"`
	Channel    uint8              `cbor:"12,keyasint,omitempty"`
	Class      string             `cbor:"13,keyasint,omitempty"`
	Candidate  string             `cbor:"14,keyasint,omitempty"`
	Browsers   []browserRow       `cbor:"15,keyasint,omitempty"`
	Claimed    int64              `cbor:"16,keyasint,omitempty"`
	Viewed     int64              `cbor:"17,keyasint,omitempty"`
	Returned   int64              `cbor:"18,keyasint,omitempty"`
	SeatLost   int64              `cbor:"19,keyasint,omitempty"`
	Quota      int                `cbor:"20,keyasint,omitempty"`
	Shares     int                `cbor:"21,keyasint,omitempty"`
	Groups     int                `cbor:"22,keyasint,omitempty"`
	Reserved   []release.LinkID   `cbor:"23,keyasint,omitempty"`
	Revoked    int64              `cbor:"24,keyasint,omitempty"`
	Paused     int64              `cbor:"25,keyasint,omitempty"`
	Erased     int64              `cbor:"26,keyasint,omitempty"`
	Inferred   bool               `cbor:"27,keyasint,omitempty"`
}

type browserRow struct {
	Candidate string `cbor:"1,keyasint,omitempty"`
	How       string `cbor:"2,keyasint,omitempty"`
	Since     int64  `cbor:"3,keyasint,omitempty"`
}

func viewerOut(v release.Viewer) viewerRow {
	return viewerRow{v.ID, v.No, v.Campaign, v.Link, v.LinkNo, v.Parent, v.ParentNo, v.Generation, v.Copied, v.Test,
		v.Internal, uint8(v.Channel), v.Class, v.Candidate,
		each(v.Browsers, func(b release.Browser) browserRow { return browserRow{b.Candidate, b.How, micro(b.Since)} }),
		micro(v.Claimed), micro(v.Viewed), micro(v.Returned), micro(v.SeatLost), v.Quota, v.Shares, v.Groups, v.Reserved,
		micro(v.Revoked), micro(v.Paused), micro(v.Erased), v.Inferred}
}

func (r viewerRow) in() release.Viewer {
	return release.Viewer{ID: r.ID, No: r.No, Campaign: r.Campaign, Link: r.Link, LinkNo: r.LinkNo, Parent: r.Parent,
		ParentNo: r.ParentNo, Generation: r.Generation, Copied: r.Copied, Test: r.Test, Internal: r.Internal,
		Channel: release.Channel(r.Channel), Class: r.Class, Candidate: r.Candidate,
		Browsers: each(r.Browsers, func(b browserRow) release.Browser {
			return release.Browser{Candidate: b.Candidate, How: b.How, Since: at(b.Since)}
		}),
		Claimed: at(r.Claimed), Viewed: at(r.Viewed), Returned: at(r.Returned), SeatLost: at(r.SeatLost),
		Quota: r.Quota, Shares: r.Shares, Groups: r.Groups, Reserved: r.Reserved,
		Revoked: at(r.Revoked), Paused: at(r.Paused), Erased: at(r.Erased), Inferred: r.Inferred}
}

type progressRow struct {
	Viewer   release.ViewerID   `cbor:"1,keyasint"`
	Campaign release.CampaignID `cbor:"2,keyasint"`
	Assets   []assetProgressRow `cbor:"3,keyasint,omitempty"`
	Updated  int64              `cbor:"4,keyasint,omitempty"`
}

type assetProgressRow struct {
	Asset    uint8           `cbor:"1,keyasint,omitempty"`
	Spans    []spanRow       `cbor:"2,keyasint,omitempty"`
	Pages    map[int]float64 `cbor:"3,keyasint,omitempty"`
	Quarter  int             `cbor:"4,keyasint,omitempty"`
	Plays    []playRow       `cbor:"5,keyasint,omitempty"`
	Position float64         `cbor:"6,keyasint,omitempty"`
}

type spanRow struct {
	_    struct{} `cbor:",toarray"`
	From float64
	To   float64
}

type playRow struct {
	ID      string          `cbor:"1,keyasint,omitempty"`
	Spans   []spanRow       `cbor:"2,keyasint,omitempty"`
	Counted bool            `cbor:"3,keyasint,omitempty"`
	Pages   map[int]float64 `cbor:"4,keyasint,omitempty"`
}

func spanOut(s release.Span) spanRow { return spanRow{From: s.From, To: s.To} }
func (r spanRow) in() release.Span   { return release.Span{From: r.From, To: r.To} }

func progressOut(p release.Progress) progressRow {
	return progressRow{p.Viewer, p.Campaign, each(p.Assets, func(a release.AssetProgress) assetProgressRow {
		return assetProgressRow{a.Asset, each(a.Spans, spanOut), a.Pages, a.Quarter,
			each(a.Plays, func(p release.Play) playRow { return playRow{p.ID, each(p.Spans, spanOut), p.Counted, p.Pages} }), a.Position}
	}), micro(p.Updated)}
}

func (r progressRow) in() release.Progress {
	return release.Progress{Viewer: r.Viewer, Campaign: r.Campaign, Updated: at(r.Updated),
		Assets: each(r.Assets, func(a assetProgressRow) release.AssetProgress {
			return release.AssetProgress{Asset: a.Asset, Spans: each(a.Spans, spanRow.in), Pages: a.Pages, Quarter: a.Quarter,
				Plays: each(a.Plays, func(p playRow) release.Play {
					return release.Play{ID: p.ID, Spans: each(p.Spans, spanRow.in), Counted: p.Counted, Pages: p.Pages}
				}), Position: a.Position}
		})}
}

type sightingRow struct {
	Campaign release.CampaignID   `cbor:"1,keyasint"`
	Link     release.LinkID       `cbor:"2,keyasint"`
	LinkNo   uint32               `cbor:"3,keyasint,omitempty"`
	Kind     release.SightingKind `cbor:"4,keyasint,omitempty"`
	Class    string               `cbor:"5,keyasint,omitempty"`
	Count    int                  `cbor:"6,keyasint,omitempty"`
	First    int64                `cbor:"7,keyasint,omitempty"`
	Last     int64                `cbor:"8,keyasint,omitempty"`
}

func sightingOut(s release.Sighting) sightingRow {
	return sightingRow{s.Campaign, s.Link, s.LinkNo, s.Kind, s.Class, s.Count, micro(s.First), micro(s.Last)}
}

func (r sightingRow) in() release.Sighting {
	return release.Sighting{Campaign: r.Campaign, Link: r.Link, LinkNo: r.LinkNo, Kind: r.Kind, Class: r.Class, Count: r.Count,
		First: at(r.First), Last: at(r.Last)}
}

func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func at(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func each[A, B any](in []A, f func(A) B) []B {
	if len(in) == 0 {
		return nil
	}
	out := make([]B, len(in))
	for i, a := range in {
		out[i] = f(a)
	}
	return out
}

// encode makes a stored row.
func encode(row any) ([]byte, error) {
	body, err := cbor.Marshal(row)
	if err != nil {
		return nil, &release.Error{Kind: release.Internal, Err: err}
	}
	return seal(body), nil
}

// seal puts the checksum before a body.
func seal(body []byte) []byte {
	out := make([]byte, 4, 4+len(body))
	binary.BigEndian.PutUint32(out, sum(body))
	return append(out, body...)
}

func sum(body []byte) uint32 { return crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)) }

var (
	errSum = errors.New("the checksum is wrong")
	errCut = errors.New("the row is cut short")
)

// opened checks and removes the checksum. The result is bbolt's memory.
func opened(v []byte) ([]byte, error) {
	if len(v) < 4 {
		return nil, errCut
	}
	if binary.BigEndian.Uint32(v) != sum(v[4:]) {
		return nil, errSum
	}
	return v[4:], nil
}

// decode reads a stored row; strings are copied out of bbolt's memory.
func decode[R any](bucket int, v []byte) (R, error) {
	var row R
	body, err := opened(v)
	if err == nil {
		err = cbor.Unmarshal(body, &row)
	}
	if err != nil {
		return row, fault(bucket, err)
	}
	return row, nil
}
