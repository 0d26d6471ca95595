package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"passalong/release"
	"passalong/release/media"
	"passalong/release/web"
	"passalong/release/words"
)

type launchCmd struct {
	serving
	Files       []string      `arg:"" name:"file" type:"existingfile" help:"Content: video, audio, PDF, image, Markdown, anything else as a download. Captions beside a clip (clip.fr.vtt, clip.fr.srt) are found by name."`
	To          string        `required:"" type:"existingfile" placeholder:"PEOPLE.CSV" help:"Who gets a link: a CSV with a header; columns name, contact, channel, cohort."`
	Title       string        `help:"The campaign's title; the first file's name when absent."`
	By          string        `help:"The artist or publisher."`
	Poster      string        `type:"existingfile" help:"Picture of the landing page and of the card in chats."`
	Message     string        `help:"What a fan sends with a link."`
	Accent      string        `default:"#C2410C" help:"The campaign's colour."`
	CampaignIn  string        `name:"campaign-lang" enum:"en,fr," default:"" help:"The campaign's first language; --lang when absent."`
	For         time.Duration `default:"96h" help:"How long it runs."`
	Opens       string        `placeholder:"TIME" help:"When it opens: \"2026-03-03 18:00\", \"tomorrow 18:00\" or RFC 3339; now when absent."`
	TZ          string        `name:"tz" default:"UTC" help:"Time zone of the campaign, such as Europe/Paris."`
	Then        string        `placeholder:"URL" help:"Where links lead after the close."`
	Shares      int           `default:"10" help:"Shares per viewer."`
	Generations int           `default:"0" help:"How many times it may be passed on from hand to hand; 0 = without limit."`
	Copies      int           `default:"5" help:"People let in per link that somebody had claimed; 0 = strict."`
	Out         string        `default:"links.csv" type:"path" help:"Where the list with its links is written."`
	SkipBad     bool          `help:"Go on without the rows that can't be used."`
	NoServe     bool          `help:"Make everything and stop; \"passalong serve\" opens the doors."`
}

// Help is the long form.
func (launchCmd) Help() string {
	return `Makes the data folder if there is none, a campaign with these files, and one link per row of
the list; writes links.csv, releases, and serves.

  passalong launch clip.mp4 paper.pdf --to people.csv --for 96h --domain clip.artist.fr
  passalong launch clip.mp4 --to people.csv --opens "tomorrow 18:00" --tz Europe/Paris --then https://youtu.be/…

Nothing is made unless every file can be used and every row of the list is good (--skip-bad goes
on without the bad ones).`
}

// Run launches a campaign.
func (l *launchCmd) Run(c *call) error {
	opens, err := parseTime(l.Opens, l.TZ, time.Now())
	if err != nil {
		return err
	}
	people, err := readPeople(c, l.To, l.SkipBad)
	if err != nil {
		return err
	}
	for _, f := range l.Files {
		if err := inspect(c, f); err != nil {
			return err
		}
	}
	log := slog.New(web.RedactHandler(slog.NewJSONHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	a, ln, err := l.open(c, log, true)
	if err != nil {
		return err
	}
	defer a.close()
	owner := &client{lang: c.cli.Lang}
	owner.own(a)
	defer owner.close()
	set, err := a.folder.loadSettings()
	if err != nil {
		return err
	}
	id, err := l.create(c, owner)
	if err == nil {
		err = l.fill(c, owner, id, people, set, opens)
	}
	if err != nil {
		if id != "" { // bad input changes nothing
			_ = owner.ask(c.ctx, http.MethodDelete, "/campaigns/"+id, nil, nil)
		}
		return err
	}
	var in struct {
		URL string `json:"url"`
	}
	if err := owner.ask(c.ctx, http.MethodPost, "/signins", map[string]string{"name": "owner"}, &in); err != nil {
		return err
	}
	c.say("Campaign:  %s", id)
	c.say("Links:     %s (%d people)", l.Out, len(people.Rows))
	c.say("Console:   %s", in.URL)
	c.say("           (signs you in once; \"passalong signin NAME\" makes another)")
	if set.Local {
		if err := l.tellLocal(c, owner, id, set); err != nil {
			return err
		}
	}
	if l.NoServe {
		c.say("Next:      passalong serve --data %s", c.cli.Data)
		return nil
	}
	c.say("Serving at %s. Ctrl-C stops; \"passalong serve\" goes on.", a.site.Base())
	return l.serve(c.ctx, a, ln, log)
}

func (l *launchCmd) create(c *call, owner *client) (string, error) {
	title, lang := l.Title, l.CampaignIn
	if title == "" {
		title = strings.TrimSuffix(filepath.Base(l.Files[0]), filepath.Ext(l.Files[0]))
	}
	if lang == "" {
		lang = "en"
		if strings.HasPrefix(c.cli.Lang, "fr") {
			lang = "fr"
		}
	}
	var out struct {
		ID string `json:"id"`
	}
	err := owner.ask(c.ctx, http.MethodPost, "/campaigns", map[string]any{
		"title": title, "by": l.By, "message": l.Message, "accent": l.Accent, "lang": lang, "tz": l.TZ, "then": l.Then,
		"shares": l.Shares, "generations": l.Generations, "copies": l.Copies, "for": l.For.String()}, &out)
	return out.ID, err
}

// fill uploads, releases, mints and writes links.csv, the list last: a launch
// that fails leaves no dead links behind.
func (l *launchCmd) fill(c *call, owner *client, id string, people release.People, set settings, opens time.Time) error {
	for _, path := range l.Files {
		if err := upload(c, owner, id, path); err != nil {
			return err
		}
	}
	if l.Poster != "" {
		f, err := os.Open(l.Poster)
		if err != nil {
			return err
		}
		defer f.Close()
		res, err := owner.do(c.ctx, http.MethodPut, "/campaigns/"+id+"/poster", nil, "application/octet-stream", f)
		if err != nil {
			return fmt.Errorf("%s: %w", l.Poster, err)
		}
		_ = res.Body.Close()
	}
	if err := owner.ask(c.ctx, http.MethodPost, "/campaigns/"+id+"/release", released(opens), nil); err != nil {
		return err
	}
	return mint(c, owner, id, people, l.Out, set)
}

func released(opens time.Time) map[string]any {
	if opens.IsZero() {
		return map[string]any{}
	}
	return map[string]any{"opens": opens}
}

// tellLocal says plainly that the links go nowhere else, and gives a phone on
// the same network a way in.
func (l *launchCmd) tellLocal(c *call, owner *client, id string, set settings) error {
	c.say("These links open on this machine only. Give --domain or --base-url to send them.")
	for _, host := range set.Hosts {
		if strings.Contains(host, "127.0.0.1") {
			continue
		}
		var list struct {
			Links []struct {
				URL string `json:"url"`
			} `json:"links"`
		}
		if err := owner.ask(c.ctx, http.MethodGet, "/campaigns/"+id+"/links?limit=1&base="+url.QueryEscape(host), nil, &list); err != nil {
			return err
		}
		if len(list.Links) == 1 {
			c.say("A phone on the same network can try the first one:")
			if err := web.QRText(c.out, list.Links[0].URL); err != nil {
				return err
			}
		}
		break
	}
	return nil
}

// inspect looks at a file before anything is made.
func inspect(c *call, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if _, err := media.Inspect(f, info.Size(), filepath.Base(path), media.Options{}); err != nil {
		return said(c, path, err)
	}
	return nil
}

// upload sends one file and its captions, and prints what was found.
func upload(c *call, owner *client, id, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	name := filepath.Base(path)
	bar := newBar(c.out, name)
	res, err := owner.do(c.ctx, http.MethodPost, "/campaigns/"+id+"/assets", url.Values{"name": {name}}, "application/octet-stream",
		&counting{r: f, of: info.Size(), bar: bar})
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	bar.end()
	defer res.Body.Close()
	var out struct {
		ID     string `json:"id"`
		Kind   string `json:"kind"`
		Advice []struct {
			Text string `json:"text"`
		} `json:"advice"`
	}
	if err := decode(res.Body, &out); err != nil {
		return err
	}
	c.say("%s: %s, %s", name, out.Kind, words.In(words.Match(c.cli.Lang, "")).Bytes(info.Size()))
	for _, a := range out.Advice {
		c.say("  %s", a.Text)
	}
	captions, err := media.FindCaptions(path)
	if err != nil {
		return err
	}
	for _, cap := range captions {
		lang := cap.Lang
		if lang == "" {
			lang = "en"
		}
		b, err := os.ReadFile(cap.Path)
		if err != nil {
			return err
		}
		res, err := owner.do(c.ctx, http.MethodPut, "/assets/"+out.ID+"/captions/"+lang, nil, "text/vtt", bytes.NewReader(b))
		if err != nil {
			return fmt.Errorf("%s: %w", cap.Path, err)
		}
		_ = res.Body.Close()
		c.say("  captions: %s", filepath.Base(cap.Path))
	}
	return nil
}

// counting moves a bar while a file is read.
type counting struct {
	r   io.Reader
	n   int64
	of  int64
	bar *bar
}

func (r *counting) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.n += int64(n)
	if r.bar.live || r.of > 64<<20 {
		r.bar.step(int(r.n>>10), int(r.of>>10))
	}
	return n, err
}

// mint mints one link per good row and writes the list with its links.
func mint(c *call, owner *client, id string, people release.People, out string, set settings) error {
	list := make([]map[string]string, len(people.Rows))
	for i, p := range people.Rows {
		list[i] = map[string]string{"name": p.Name, "contact": p.Contact, "channel": p.Channel.String(), "cohort": p.Cohort}
	}
	b, err := json.Marshal(map[string]any{"people": list})
	if err != nil {
		return err
	}
	res, err := owner.do(c.ctx, http.MethodPost, "/campaigns/"+id+"/seeds", nil, "application/json", bytes.NewReader(b))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var minted struct {
		Links []struct {
			URL string `json:"url"`
		} `json:"links"`
	}
	if err := decode(res.Body, &minted); err != nil {
		return err
	}
	urls := make([]string, len(minted.Links))
	for i, l := range minted.Links {
		urls[i] = l.URL
	}
	note := ""
	if set.Local {
		note = "opens on this machine only"
	}
	return writeFile(out, func(w io.Writer) error { return release.WriteLinks(w, people, urls, note) })
}

// writeFile writes a file whole or not at all.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".passalong-")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	if err = write(f); err == nil {
		err = f.Close()
	} else {
		_ = f.Close()
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o600)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}
