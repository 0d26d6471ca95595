package player

import (
	"html/template"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"passalong/release"
	"passalong/release/web"
	"passalong/release/words"
)

// heroData is every page before the player: poster or gradient, who and what,
// one sentence, at most one primary button. Empty parts are left out.
type heroData struct {
	Base
	Card    *cardData // og tags; nil on pages no messenger fetches
	Refresh int       // seconds until the page asks again by itself; 0 = never
	Poster  string    // address
	Bar     string    // a notice above everything (staff, test)
	Kicker  string    // the small line above the name
	Name    string    // the page's heading
	By      string
	Intro   string
	Line    string   // the sentence that says where things stand
	Buttons []button // one form
	Hidden  []field
	Leads   []lead // links that lead away
	Trust   string
	Counted string // the notice under "What is counted"; "" = none
	Publish []legalRow
	Ref     string // reference of the request, on faults
}

// Long tells whether the name needs smaller letters to leave the button on the
// first screen.
func (d heroData) Long() bool { return utf8.RuneCountInString(d.Name) > 32 }

// button submits the page's form; Name and Value tell which one was pressed.
type button struct {
	Name, Value, Label string
	Quiet              bool
}

type field struct{ Name, Value string }

// lead is a link to another address: the public one after the close, a
// messenger.
type lead struct {
	Href  template.URL
	Label string
	Quiet bool
}

type legalRow struct{ Label, Text string }

// hero fills what every hero page of a campaign shows.
func (p *Player) hero(r *http.Request, s *shown) heroData {
	b := p.base(r, s.Campaign, s.Title)
	d := heroData{Base: b, Name: s.Title, By: s.By, Intro: s.Intro, Kicker: b.T("player.landing.passed"),
		Poster: p.posterPath(s), Counted: b.T("player.counted.text")}
	for _, row := range [][2]string{
		{"publisher", s.Legal.Publisher}, {"director", s.Legal.Director}, {"host", s.Legal.Host}, {"contact", s.Legal.Contact},
	} {
		if row[1] != "" {
			d.Publish = append(d.Publish, legalRow{b.T("player.legal." + row[0]), row[1]})
		}
	}
	return d
}

// buttonKey is the word on the claim button, by the first content.
func buttonKey(k release.AssetKind) string {
	switch k {
	case release.Audio:
		return "player.button.listen"
	case release.PDF, release.Article:
		return "player.button.read"
	case release.Image:
		return "player.button.look"
	case release.File:
		return "player.button.download"
	}
	return "player.button.watch"
}

// leftLine says that it is nowhere else, and for how long.
func leftLine(say words.Words, c release.Campaign, now time.Time) string {
	if c.End().IsZero() {
		return say.T("player.landing.nowhere")
	}
	return say.T("player.landing.left", "left", minutes(c.End().Sub(now)))
}

// minutes rounds up to whole minutes below a day: what a page keeps for a
// minute must not say seconds.
func minutes(d time.Duration) time.Duration {
	if d >= 24*time.Hour {
		return d.Truncate(time.Hour)
	}
	return max((d + time.Minute - 1).Truncate(time.Minute), time.Minute)
}

// trustLine is what makes a stranger's link trustworthy.
func trustLine(say words.Words, s *shown) string {
	var parts []string
	label := s.Legal.Publisher
	if label == "" {
		label = s.By
	}
	if label != "" {
		parts = append(parts, say.T("player.trust.by", "by", label))
	}
	parts = append(parts, say.T("player.trust.free"))
	a := s.first()
	switch {
	case a.Kind.Runs() && a.Duration >= 1:
		parts = append(parts, weighed(say, say.Duration(time.Duration(a.Duration*float64(time.Second))), a))
	case a.Kind == release.PDF && a.Pages > 0:
		parts = append(parts, weighed(say, say.T("player.trust.pages", "n", a.Pages), a))
	case a.Bytes > 100_000:
		parts = append(parts, say.T("player.trust.weight", "size", words.Size(a.Bytes)))
	}
	if n := len(s.assets) - 1; n > 0 {
		parts = append(parts, say.T("player.trust.more", "n", n))
	}
	return strings.Join(parts, " · ")
}

func weighed(say words.Words, what string, a release.Asset) string {
	if a.Kind == release.Video {
		what += ", " + say.T("player.trust.sound")
	}
	if a.Bytes > 100_000 {
		what += ", " + say.T("player.trust.about", "size", words.Size(a.Bytes))
	}
	return what
}

// answerHero renders a hero page with a status.
func (p *Player) answerHero(w http.ResponseWriter, status int, d heroData) error {
	return p.render(w, status, "hero", d)
}

// switchTo keeps the page's language switch on pages that a form answered:
// going there again by GET leads to the landing page in that language.
func switchTo(r *http.Request, l words.Lang) template.URL {
	return template.URL("?" + web.LangParam + "=" + string(l))
}
