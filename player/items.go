package player

import (
	"html/template"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"passalong/release"
	"passalong/release/web"
	"passalong/release/words"
)

// item is one asset as the page shows it.
type item struct {
	words.Words
	release.Asset
	Lead     bool   // the first: edge to edge, shown at once
	Anchor   string // "a1"
	Heading  string
	About    string // how long, how heavy
	Base     string // "/m/{token}/"
	Src      string
	Still    string // for browsers without script
	Download string
	PosterAt string
	Captions []caption
	Leaves   []string
	HTML     template.HTML
	PlainURL string // empty in the page without script
	Tall     bool   // higher than wide
}

type caption struct{ Src, Lang, Name string }

// assetData is one asset as the script knows it.
type assetData struct {
	No       uint8   `json:"no"`
	Kind     string  `json:"kind"`
	Src      string  `json:"src"`
	Small    string  `json:"small,omitempty"`
	Duration float64 `json:"duration,omitempty"`
	Position float64 `json:"position"`
	Pages    int     `json:"pages,omitempty"`
}

func (p *Player) items(r *http.Request, in session, say words.Words, assets []release.Asset, progress release.Progress, plain bool) ([]item, []assetData, error) {
	var items []item
	var script []assetData
	at := map[uint8]float64{}
	for _, a := range progress.Assets {
		at[a.Asset] = a.Position
	}
	for _, a := range assets {
		base, err := p.mediaBase(in, a)
		if err != nil {
			return nil, nil, err
		}
		it := item{Words: say, Asset: a, Anchor: "a" + strconv.Itoa(int(a.No)), Heading: a.Title, Base: base, Src: base + fileContent,
			Download: base + fileDownload, About: about(say, a), Tall: a.Height > a.Width}
		if !plain {
			it.PlainURL = web.KeepLang(r, "/v/"+in.Address+"?plain=1")
		}
		if it.Heading == "" {
			it.Heading = say.T("player.watch.kind." + string(a.Kind))
		}
		d := assetData{No: a.No, Kind: string(a.Kind), Src: it.Src, Duration: a.Duration, Position: at[a.No], Pages: a.Pages}
		it.Still = it.Src + stillMark
		if small, ok := smallest(a); ok {
			d.Small = base + fileSize(small.Height)
			if r.Header.Get("Save-Data") == "on" {
				it.Still = d.Small + stillMark
			}
		}
		if a.Poster != "" {
			it.PosterAt = base + filePoster
		}
		for _, c := range a.Captions {
			it.Captions = append(it.Captions, caption{base + fileCaption(c.Lang), c.Lang, languageName(c.Lang)})
		}
		for page := range a.Leaves {
			it.Leaves = append(it.Leaves, base+fileLeaf(page+1))
		}
		if a.Kind == release.Article {
			if it.HTML, err = p.article(a); err != nil {
				return nil, nil, err
			}
		}
		items, script = append(items, it), append(script, d)
	}
	return items, script, nil
}

func smallest(a release.Asset) (release.Rendition, bool) {
	var out release.Rendition
	for _, s := range a.Sizes {
		if out.Ref == "" || s.Height < out.Height {
			out = s
		}
	}
	return out, out.Ref != ""
}

// about says how long and how heavy an asset is.
func about(say words.Words, a release.Asset) string {
	size := say.Bytes(a.Bytes)
	switch {
	case a.Kind.Runs() && a.Duration > 0:
		return say.Duration(time.Duration(a.Duration*float64(time.Second))) + " · " + size
	case a.Kind == release.PDF && a.Pages > 0:
		return say.T("player.watch.pages", "n", a.Pages) + " · " + size
	case a.Kind == release.Article:
		return ""
	}
	return size
}

// languageName is a language's own name, for the captions' menu.
func languageName(code string) string {
	tag, err := language.Parse(code)
	if err != nil {
		return code
	}
	return display.Self.Name(tag)
}
