package player

import (
	"html/template"
	"net/http"
	"net/url"
	"time"

	"passalong/release"
	"passalong/release/web"
	"passalong/release/words"
)

// closed leads to the campaign's public address, or says goodbye.
func (p *Player) closed(d *heroData, s *shown) {
	d.Kicker = d.T("player.closed.kicker")
	d.Line = d.T("player.closed.goodbye")
	if to, err := url.Parse(s.Then); err == nil && s.Then != "" && (to.Scheme == "https" || to.Scheme == "http") {
		d.Line = d.T("player.closed.public")
		d.Leads = []lead{{Href: template.URL(to.String()), Label: d.T("player.closed.button")}}
	}
}

// notYet counts down without script: the page asks again each minute in the
// last hour.
func (p *Player) notYet(d *heroData, s *shown, now time.Time) {
	d.Kicker = d.T("player.not_yet.kicker")
	if s.Opens.IsZero() {
		d.Line = d.T("player.not_yet.soon")
		return
	}
	wait := s.Opens.Sub(now)
	d.Line = d.T("player.not_yet.text", "when", d.Moment(s.Opens, s.Zone()), "wait", minutes(wait))
	if wait < time.Hour {
		d.Refresh = 60
	}
}

// refused answers the tap that could not be granted: a page of its own for
// each reason, with the poster kept. Kinds that belong to no page go on to
// problem.
func (p *Player) refused(w http.ResponseWriter, r *http.Request, s *shown, err error) error {
	now := p.Now()
	d := p.hero(r, s)
	d.Switch = switchTo(r, d.Other)
	status := http.StatusConflict
	switch release.KindOf(err) {
	case release.Taken:
		d.Kicker = d.T("player.taken.kicker")
		d.Line = d.T("player.taken.text")
		d.Leads = askLeads(d.Words, s)
	case release.Closed:
		status = http.StatusGone
		p.closed(&d, s)
	case release.NotYet:
		status = http.StatusForbidden
		p.notYet(&d, s, now)
		d.Refresh = 0 // a refreshed answer to a form would ask to send it again
	case release.Paused:
		status = http.StatusForbidden
		d.Line = d.T("player.paused.text")
	case release.Unavailable:
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "60")
		d.Line = d.T("player.busy.text")
		d.Buttons = []button{{Label: d.T(buttonKey(s.first().Kind))}}
		p.Log.WarnContext(r.Context(), "claim not written", "request", web.RequestID(r.Context()), "err", err)
	default:
		return err
	}
	return p.answerHero(w, status, d)
}

// askLeads let a newcomer before a taken link ask whoever sent it, in one tap:
// a message in the app they choose. No address of ours is in it.
func askLeads(say words.Words, s *shown) []lead {
	text := url.PathEscape(say.T("player.taken.message", "title", s.Title))
	return []lead{
		{Href: template.URL("https://api.whatsapp.com/send?text=" + text), Label: say.T("player.taken.ask", "channel", say.Channel("whatsapp"))},
		{Href: template.URL("sms:?&body=" + text), Label: say.T("player.taken.ask", "channel", say.Channel("sms")), Quiet: true},
		{Href: template.URL("mailto:?body=" + text), Label: say.T("player.taken.ask", "channel", say.Channel("email")), Quiet: true},
	}
}

// problem answers an error as a page. What opens nothing (forged, cut,
// unknown, revoked) is one page for all.
func (p *Player) problem(w http.ResponseWriter, r *http.Request, pr web.Problem) {
	b := p.base(r, release.Campaign{}, pr.Sentence)
	d := heroData{Base: b, Line: pr.Sentence}
	switch pr.Kind {
	case release.NotFound, release.Revoked:
		pr.Status = http.StatusNotFound
		d.Name, d.Line = b.T("player.nothing.title"), b.T("errors.link.nothing")
	case release.Internal:
		d.Name, d.Line, d.Ref = pr.Sentence, b.T("player.fault.text"), pr.Request
	case release.Paused:
		d.Name, d.Line = b.T("player.paused.title"), b.T("player.paused.text")
	case release.TooMany:
		d.Name = b.T("player.slow.title")
	case release.Unavailable:
		d.Name = b.T("player.busy.title")
	default:
		d.Name = b.T("player.refused.title")
	}
	d.Title = d.Name
	if err := p.answerHero(w, pr.Status, d); err != nil {
		p.Log.ErrorContext(r.Context(), "error page not shown", "err", err)
	}
}

// nothing answers an address that is none of ours.
func (p *Player) nothing(http.ResponseWriter, *http.Request) error { return p.dead(nil) }
