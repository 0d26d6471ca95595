package release

import "time"

// Span is a stretch of content in seconds, half open: [From, To).
type Span struct {
	From, To float64
}

// Progress is how much of the campaign's assets one viewer watched or read:
// one merged row per viewer.
type Progress struct {
	Viewer   ViewerID
	Campaign CampaignID
	Assets   []AssetProgress // by asset number
	Updated  time.Time
}

// AssetProgress is the progress on one asset.
type AssetProgress struct {
	Asset    uint8
	Spans    []Span          // union of what really ran, sorted, disjoint
	Pages    map[int]float64 // seconds a page was really shown, by page from 1
	Quarter  int             // highest of 25, 50, 75, 100 reached
	Plays    []Play
	Position float64 // where to go on: seconds, or the page
}

// Play is one run of an asset in a browser, under an id the browser made.
type Play struct {
	ID      string
	Spans   []Span // until it counted
	Counted bool
}
