package release

import "time"

// AssetKind is what an asset is.
type AssetKind string

// The kinds.
const (
	Video   AssetKind = "video"
	Audio   AssetKind = "audio"
	PDF     AssetKind = "pdf"
	Image   AssetKind = "image"
	Article AssetKind = "article" // Markdown
	File    AssetKind = "file"    // download only
)

// Runs tells whether the kind has a duration; the others have pages.
func (k AssetKind) Runs() bool { return k == Video || k == Audio }

// Asset is one piece of content in a campaign.
type Asset struct {
	ID       AssetID
	Campaign CampaignID
	No       uint8 // number in the campaign, from 1: events name it so
	Kind     AssetKind
	Name     string // the file's name as given, cleaned; the download's name
	Title    string
	MIME     string
	Ref      string // media reference of the bytes
	SHA256   string
	Bytes    int64
	Duration float64 // seconds
	Width    int
	Height   int
	Pages    int
	Captions []Caption
	Sizes    []Rendition
	Leaves   []string // media references of page images, in order
	Poster   string   // media reference of a frame
	Added    time.Time
}

// Caption is one language of a clip's words, as WebVTT.
type Caption struct {
	Lang string
	Ref  string
}

// Rendition is a smaller copy of a clip.
type Rendition struct {
	Height int
	Ref    string
	Bytes  int64
}
