package player

import (
	"encoding/json"
	"errors"
	"net/http"

	"passalong/release"
	"passalong/release/web"
)

// maxBeacon is the largest body of a beacon or share, in bytes.
const maxBeacon = 32 << 10

// beacon is what the script reports: one run of one asset, cumulative.
type beacon struct {
	Asset    uint8           `json:"asset"`
	Play     string          `json:"play"`
	Spans    [][2]float64    `json:"spans"`
	Pages    map[int]float64 `json:"pages"`
	Position float64         `json:"position"`
}

// progressAnswer acknowledges a beacon: what is counted now.
type progressAnswer struct {
	Asset    uint8   `json:"asset"`
	Play     string  `json:"play"`
	Covered  float64 `json:"covered"`  // seconds that really ran
	Pages    int     `json:"pages"`    // pages that were really seen
	Quarter  int     `json:"quarter"`  // highest of 25, 50, 75, 100
	Position float64 `json:"position"` // where to go on
}

// progress merges a beacon. It comes by fetch or sendBeacon, perhaps twice,
// late or out of order; a closed campaign still hears who is inside.
func (p *Player) progress(w http.ResponseWriter, r *http.Request) error {
	answer, err := p.watched(w, r)
	if err != nil {
		p.refuse(w, r, release.Campaign{}, err)
		return nil
	}
	return writeJSON(w, answer)
}

func (p *Player) watched(w http.ResponseWriter, r *http.Request) (progressAnswer, error) {
	if err := p.Site.CheckPost(r); err != nil {
		return progressAnswer{}, err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBeacon)
	in, err := p.viewer(r, r.PathValue("token"))
	if err != nil {
		return progressAnswer{}, err
	}
	var b beacon
	if err := readJSON(r, &b); err != nil {
		return progressAnswer{}, err
	}
	spans := make([]release.Span, len(b.Spans))
	for i, s := range b.Spans {
		spans[i] = release.Span{From: s[0], To: s[1]}
	}
	got, err := p.Service.Watch(r.Context(), release.Beacon{
		Viewer: in.Viewer.ID, Asset: b.Asset, Play: b.Play, Spans: spans, Pages: b.Pages, Position: b.Position,
	})
	if err != nil {
		return progressAnswer{}, err
	}
	out := progressAnswer{Asset: b.Asset, Play: b.Play}
	for _, a := range got.Assets {
		if a.Asset != b.Asset {
			continue
		}
		out.Covered, out.Quarter, out.Position = a.Covered(), a.Quarter, a.Position
		for _, t := range a.Seen() {
			if t >= release.ViewPage {
				out.Pages++
			}
		}
	}
	return out, nil
}

// readJSON reads a small body; sendBeacon may call it text/plain.
func readJSON(r *http.Request, to any) error {
	err := json.NewDecoder(r.Body).Decode(to)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return err
	case err != nil:
		return &release.Error{Kind: release.Invalid, Key: "body.json", Err: err}
	}
	return nil
}

func writeJSON(w http.ResponseWriter, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(body)
	return err
}

// refuse answers a script: a problem with one sentence in its language.
func (p *Player) refuse(w http.ResponseWriter, r *http.Request, c release.Campaign, err error) {
	if errors.Is(err, errElsewhere) {
		err = release.No(release.Unsigned, "viewer.elsewhere")
	}
	if release.Is(err, release.Internal) {
		p.Log.ErrorContext(r.Context(), "script refused", "request", web.RequestID(r.Context()), "err", err)
	}
	web.ProblemOf(err, p.say(r, c)).WriteJSON(w)
}
