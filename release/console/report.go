package console

import (
	"bytes"
	"context"
	"html/template"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"passalong/release"
	"passalong/release/web"
)

// reportData is the report's page and its live part.
type reportData struct {
	base
	Campaign release.Campaign
	State    string
	Word     string
	Report   release.Report
	Sentence string
	Left     string
	Bring    string
	Curve    template.HTML
	Forest   template.HTML
	Channels []barRow
	Funnel   []barRow
	Gens     []barRow
}

// barRow is one bar with its label on it.
type barRow struct {
	Label string
	N     string
	Share int // of the longest, in percent
	Class string
}

func (c *Console) reportData(r *http.Request) (reportData, error) {
	id := release.CampaignID(r.PathValue("id"))
	x, err := c.Service.Campaign(r.Context(), id)
	d := reportData{base: c.base(r, x.Title), Campaign: x}
	if err != nil {
		return d, err
	}
	if d.Report, err = c.Service.Report(r.Context(), id); err != nil {
		return d, err
	}
	forest, err := c.Service.Forest(r.Context(), id, release.ForestQuery{Limit: 2500})
	if err != nil && !release.Is(err, release.Forbidden) { // statistics mode shows no single viewer, and no forest
		return d, err
	}
	now := c.Now()
	d.State = string(x.State(now))
	d.Word = d.T("console.state." + d.State)
	d.Left = "–"
	if end := x.End(); end.After(now) {
		d.Left = d.Words.Duration(end.Sub(now))
	}
	d.Bring = "–"
	if b := d.Report.Virality.Bring; b != nil {
		d.Bring = d.Words.Number(int64(*b + 0.5))
	}
	d.Sentence = d.say(now)
	d.Curve = curve(d.Words, d.Report.Timeline, x.Zone())
	d.Forest = dandelion(d.Words, forest)
	d.bars()
	return d, nil
}

// say is the report's first line: computed, never invented.
func (d reportData) say(now time.Time) string {
	r := d.Report
	if r.Reach == 0 {
		return d.T("console.sentence.none")
	}
	since := ""
	if !d.Campaign.Opens.IsZero() && now.After(d.Campaign.Opens) {
		since = d.Words.Duration(now.Sub(d.Campaign.Opens))
	}
	out := d.T("console.sentence.people", "n", r.Reach, "since", since)
	if b := r.Virality.Bring; b != nil && !r.Virality.Early {
		out += " " + d.T("console.sentence.bring", "n", int(*b+0.5))
	}
	if best := ranked(r.Channels); len(best) > 0 && r.Reach >= 10 {
		out += " " + d.T("console.sentence.channel", "channel", d.Channel(best[0]))
	}
	return out
}

func (d *reportData) bars() {
	r := d.Report
	most := 1
	for _, n := range r.Channels {
		most = max(most, n)
	}
	for _, name := range ranked(r.Channels) {
		d.Channels = append(d.Channels, barRow{d.Channel(name), d.Words.Number(int64(r.Channels[name])), r.Channels[name] * 100 / most, "c-" + name})
	}
	f := r.Funnel
	steps := []struct {
		key string
		n   int
	}{{"sent", f.Sent}, {"shared", f.Shared}, {"previewed", f.Previewed}, {"opened", f.Opened}, {"claimed", f.Claimed}, {"viewed", f.Viewed}, {"shared_on", f.SharedOn}}
	most = 1
	for _, s := range steps {
		most = max(most, s.n)
	}
	for _, s := range steps {
		d.Funnel = append(d.Funnel, barRow{d.T("console.funnel." + s.key), d.Words.Number(int64(s.n)), s.n * 100 / most, "c-all"})
	}
	most = 1
	for _, n := range r.Generations {
		most = max(most, n)
	}
	for i, n := range r.Generations {
		d.Gens = append(d.Gens, barRow{d.T("console.generation", "n", i+1), d.Words.Number(int64(n)), n * 100 / most, "g-" + strconv.Itoa(min(i+1, 6))})
	}
}

func ranked(m map[string]int) []string {
	var out []string
	for _, c := range release.Channels() {
		if m[c.String()] == 0 {
			continue
		}
		i := len(out)
		for i > 0 && m[out[i-1]] < m[c.String()] {
			i--
		}
		out = append(out[:i], append([]string{c.String()}, out[i:]...)...)
	}
	return out
}

func (c *Console) report(w http.ResponseWriter, r *http.Request) error {
	d, err := c.reportData(r)
	if err != nil {
		return err
	}
	return c.render(w, http.StatusOK, "report", d)
}

// fragment is the part of the report that moves.
func (c *Console) fragment(w http.ResponseWriter, r *http.Request) error {
	d, err := c.reportData(r)
	if err != nil {
		return err
	}
	return c.render(w, http.StatusOK, "live", d)
}

// follow tells the page that the report moved; it then asks for the fragment.
func (c *Console) follow(w http.ResponseWriter, r *http.Request) error {
	id := release.CampaignID(r.PathValue("id"))
	if _, err := c.Service.Campaign(r.Context(), id); err != nil {
		return err
	}
	who, err := c.who(r)
	if err != nil {
		return err
	}
	moved := c.Service.Subscribe(r.Context(), id)
	ticks := make(chan struct{}, 1)
	go func() {
		defer close(ticks)
		for range moved {
			select {
			case ticks <- struct{}{}:
			default:
			}
		}
	}()
	return c.streams.Serve(w, r, string(who.ID), web.Stream{Changed: ticks, Gap: 500 * time.Millisecond,
		Read: func(ctx context.Context, _ string) (web.Message, error) {
			report, err := c.Service.Report(ctx, id)
			return web.Message{Name: "moved", ID: strconv.FormatUint(report.Seq, 10), Data: []byte(strconv.FormatUint(report.Seq, 10))}, err
		}})
}

// chainData is one viewer's chain, the seed's viewer first.
type chainData struct {
	base
	Campaign release.Campaign
	Steps    []chainStep
}

type chainStep struct {
	release.Step
	When    string
	By      string
	Viewing string
}

func (c *Console) chain(w http.ResponseWriter, r *http.Request) error {
	return c.showChain(w, r, release.ViewerID(r.PathValue("viewer")))
}

func (c *Console) chainByNo(w http.ResponseWriter, r *http.Request) error {
	no, err := strconv.ParseUint(r.PathValue("no"), 10, 32)
	if err != nil || no == 0 {
		return release.No(release.NotFound, "viewer.unknown")
	}
	list, err := c.Service.Viewers(r.Context(), release.CampaignID(r.PathValue("id")), uint32(no-1), 1)
	if err != nil {
		return err
	}
	if len(list) == 0 || list[0].No != uint32(no) {
		return release.No(release.NotFound, "viewer.unknown")
	}
	return c.showChain(w, r, list[0].ID)
}

func (c *Console) showChain(w http.ResponseWriter, r *http.Request, id release.ViewerID) error {
	v, err := c.Service.Viewer(r.Context(), id)
	if err != nil {
		return err
	}
	steps, err := c.Service.Chain(r.Context(), id)
	if err != nil {
		return err
	}
	x, err := c.Service.Campaign(r.Context(), v.Campaign)
	if err != nil {
		return err
	}
	d := chainData{base: c.base(r, x.Title), Campaign: x}
	for i := len(steps) - 1; i >= 0; i-- {
		s := chainStep{Step: steps[i], When: d.Words.Time(steps[i].Claimed, x.Zone())}
		if s.Step.Channel != "" {
			s.By = d.Channel(s.Step.Channel)
		}
		d.Steps = append(d.Steps, s)
	}
	return c.render(w, http.StatusOK, "chain", d)
}

func copyAll(to *strings.Builder, from io.Reader) (int64, error) { return io.Copy(to, from) }

// svg begins a picture with a text alternative.
func svg(b *bytes.Buffer, class, title string, width, height int) {
	b.WriteString(`<svg class="` + class + `" role="img" viewBox="0 0 ` + strconv.Itoa(width) + ` ` + strconv.Itoa(height) + `" aria-label="`)
	template.HTMLEscape(b, []byte(title))
	b.WriteString(`">`)
}

// Reach64 and Views64 are the figures as words.Number takes them.
func (d reportData) Reach64() int64 { return int64(d.Report.Reach) }

// Views64 is the number of views.
func (d reportData) Views64() int64 { return int64(d.Report.Views) }

// ChannelName says a channel; none is a dash.
func (d reportData) ChannelName(c string) string {
	if c == "" {
		return "–"
	}
	return d.Channel(c)
}
