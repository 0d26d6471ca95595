package player

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"

	"passalong/release"
	"passalong/release/web"
	"passalong/release/words"
)

//go:embed templates
var templateFiles embed.FS

func parsePages() (*template.Template, error) {
	return template.ParseFS(templateFiles, "templates/*.html")
}

// Base is what every page's …Data embeds; templates say sentences with .T.
type Base struct {
	words.Words
	Title  string       // of the document
	CSS    template.CSS // the whole style, in the document
	Switch template.URL // this page in the other language; "" = no switch
	Other  words.Lang   // that language
}

// page is implemented by every …Data through Base.
type page interface{ style() template.CSS }

func (b Base) style() template.CSS { return b.CSS }

// say gives the words for a reader of a campaign.
func (p *Player) say(r *http.Request, c release.Campaign) words.Words {
	return words.In(p.agents.lang(r, c.Lang)).With(words.Tone(c.Tone))
}

// base fills what all pages of a campaign share; c may be the zero Campaign.
func (p *Player) base(r *http.Request, c release.Campaign, title string) Base {
	say := p.say(r, c)
	other := words.English
	if say.Lang() == words.English {
		other = words.French
	}
	return Base{Words: say, Title: title, CSS: styleOf(c), Switch: template.URL("?lang=" + string(other)), Other: other}
}

// render answers a template of templates/ with its …Data, from a buffer.
func (p *Player) render(w http.ResponseWriter, status int, name string, data page) error {
	return web.Render(w, status, "text/html; charset=utf-8", func(b *bytes.Buffer) error {
		withStyle(w.Header(), web.StyleHash(string(data.style())))
		return p.pages.ExecuteTemplate(b, name, data)
	})
}
