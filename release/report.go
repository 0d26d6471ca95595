package release

import "time"

// Report is what people read of a campaign, and the API's document. Numbers
// are of viewers in reach unless they say otherwise: test and internal
// branches and unconfirmed viewers count nowhere. A quotient whose denominator
// is zero is null. Times between acts are seconds. Each number's definition is
// in the words catalog "report" under its name and ".what".
type Report struct {
	Campaign CampaignID `json:"campaign"`
	About    About      `json:"about"`
	AsOf     time.Time  `json:"as_of"`
	Seq      uint64     `json:"seq"` // the last event in it
	Privacy  Privacy    `json:"privacy"`

	Reach  int `json:"reach"`  // claimed viewers, copied ones included
	Copied int `json:"copied"` // of them, who came by a link that somebody had claimed
	Loose  int `json:"unattributed"`
	Views  int `json:"views"` // viewers for whom the content really ran
	Plays  int `json:"plays"` // times it really ran, the first included

	Generations  []int           `json:"generations"` // reach; index 0 is generation 1
	Deeper       int             `json:"deeper"`      // reach past the last of them
	Channels     map[string]int  `json:"channels"`    // reach by how the link came
	Funnel       Funnel          `json:"funnel"`
	ByChannel    []ChannelRow    `json:"by_channel"`
	ByGeneration []GenerationRow `json:"by_generation"`
	Timeline     Timeline        `json:"timeline"`

	Virality Virality       `json:"virality"`
	Forest   ForestSummary  `json:"forest"`
	Top      []Sharer       `json:"top"`
	Longest  Longest        `json:"longest"`
	Times    Times          `json:"times"`
	Quarters []AssetQuarter `json:"quarters"`

	Met     Occurrences `json:"met"`     // somebody already in opened another link
	Blocked Occurrences `json:"blocked"` // opened, but closed, taken or cut
	Waiting int         `json:"waiting"` // handed out and never opened
	LeftOut LeftOut     `json:"left_out"`
}

// About is the campaign's own facts.
type About struct {
	ID      CampaignID `json:"id"`
	Title   string     `json:"title"`
	By      string     `json:"by"`
	State   State      `json:"state"`
	Opens   *time.Time `json:"opens"`
	Closes  *time.Time `json:"closes"`
	Left    *float64   `json:"left"` // seconds to the close, while open
	TZ      string     `json:"tz"`
	Lang    string     `json:"lang"`
	Version int        `json:"version"`
}

// Funnel goes from what was handed out to what was passed on. Minted to
// Opened and the two …Links are links; Claimed, Viewed and SharedOn are
// viewers, so that a link with several seats shows all who came by it.
type Funnel struct {
	Minted       int `json:"minted"` // seeds made, whoever has them
	Sent         int `json:"sent"`   // seeds marked sent, and those that were previewed, opened or claimed
	Shared       int `json:"shared"` // links handed on by viewers and not taken back
	Previewed    int `json:"previewed"`
	Opened       int `json:"opened"` // landing page loaded, or claimed
	ClaimedLinks int `json:"claimed_links"`
	Claimed      int `json:"claimed"`
	ViewedLinks  int `json:"viewed_links"`
	Viewed       int `json:"viewed"`
	SharedOn     int `json:"shared_on"` // viewers who handed on at least one link
}

// ChannelRow is the funnel of one channel; Reach, Viewed and SharedOn are
// viewers who came by it, the rest links that went by it.
type ChannelRow struct {
	Channel      string   `json:"channel"`
	Sent         int      `json:"sent"`
	Shared       int      `json:"shared"`
	Previewed    int      `json:"previewed"`
	Opened       int      `json:"opened"`
	ClaimedLinks int      `json:"claimed_links"`
	Claimed      int      `json:"claimed"`
	Viewed       int      `json:"viewed"`
	SharedOn     int      `json:"shared_on"`
	Brought      int      `json:"brought"` // children of those who came by it
	Waiting      int      `json:"waiting"`
	OpenRate     *float64 `json:"open_rate"`  // opened per link
	ClaimRate    *float64 `json:"claim_rate"` // claimed links per opened link
}

// GenerationRow is one generation.
type GenerationRow struct {
	Generation int      `json:"generation"`
	Reach      int      `json:"reach"`
	Copied     int      `json:"copied"`
	Views      int      `json:"views"`
	Shares     int      `json:"shares"`
	Sharers    int      `json:"sharers"`
	Cascades   int      `json:"cascades"` // that have reached it
	Ratio      *float64 `json:"ratio"`    // viewers of the next generation per viewer of this one
}

// Timeline is claims and views by time, stacked by generation: index 0 is
// generation 1, the last index holds that generation and all deeper ones.
type Timeline struct {
	Start   *time.Time `json:"start"`
	Seconds int        `json:"seconds"` // length of a bucket
	Claims  [][]int    `json:"claims"`
	Views   [][]int    `json:"views"`
}

// Virality says how the campaign feeds itself. Bring is what ten people have
// brought so far, naive: Early tells that it will still grow, and Why.
type Virality struct {
	Bring         *float64 `json:"ten_bring"`
	Early         bool     `json:"early"`
	Why           string   `json:"why"` // catalog key below "report.early.", empty when not early
	SharerRate    *float64 `json:"sharer_rate"`
	SharesPer     *float64 `json:"shares_per_viewer"` // one-to-one links handed on
	ClaimsPer     *float64 `json:"claims_per_share"`  // seats taken per one-to-one link
	GroupLinks    int      `json:"group_links"`
	ClaimsPerLink *float64 `json:"claims_per_group_link"`
}

// ForestSummary is the cascades by size. It and the lists after it are as of
// AsOf, which lies a moment behind in campaigns of many thousands.
type ForestSummary struct {
	Cascades int         `json:"cascades"`
	Alone    int         `json:"alone"` // cascades of one viewer
	Largest  int         `json:"largest"`
	Sizes    []SizeClass `json:"sizes"`
	AsOf     *time.Time  `json:"as_of"`
}

// SizeClass is the cascades of at least From viewers and fewer than the next class's.
type SizeClass struct {
	From     int `json:"from"`
	Cascades int `json:"cascades"`
	People   int `json:"people"`
}

// Sharer is one viewer in a list. Name is what a marketer typed for the seed,
// and empty for everybody else.
type Sharer struct {
	Viewer     ViewerID `json:"viewer"`
	No         uint32   `json:"no"`
	Name       string   `json:"name"`
	Generation int      `json:"generation"`
	Channel    string   `json:"channel"`
	Children   int      `json:"children"`
	Below      int      `json:"below"`
	Viewed     bool     `json:"viewed"`
}

// Longest is the longest chain, from its last viewer up; Steps stops after the
// first twenty.
type Longest struct {
	Generations int      `json:"generations"`
	Steps       []Sharer `json:"steps"`
}

// Times are the times between two acts.
type Times struct {
	ShareToClaim Spread `json:"share_to_claim"`
	ClaimToView  Spread `json:"claim_to_view"`
	ClaimToShare Spread `json:"claim_to_share"`
}

// Spread is a distribution of seconds, each figure within 6 % of the exact one.
type Spread struct {
	N      int      `json:"n"`
	P25    *float64 `json:"p25"`
	Median *float64 `json:"median"`
	P75    *float64 `json:"p75"`
	P90    *float64 `json:"p90"`
}

// AssetQuarter is how many viewers got to each quarter of an asset.
type AssetQuarter struct {
	Asset uint8   `json:"asset"` // its number in the campaign
	ID    AssetID `json:"id"`
	Title string  `json:"title"`
	Q25   int     `json:"25"`
	Q50   int     `json:"50"`
	Q75   int     `json:"75"`
	Q100  int     `json:"100"`
}

// Occurrences is how often something was seen, and on how many links.
type Occurrences struct {
	Links int `json:"links"`
	Times int `json:"times"`
}

// LeftOut is who counts nowhere, and why.
type LeftOut struct {
	Test        int `json:"test"`
	Internal    int `json:"internal"`
	Unconfirmed int `json:"unconfirmed"`
}
