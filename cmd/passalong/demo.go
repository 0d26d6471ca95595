package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"passalong/cmd/passalong/content"
	"passalong/release"
	"passalong/release/cascade"
	"passalong/release/words"
)

// demoStory is how long the demo's campaign has run when the reader meets it.
const demoStory = 42 * time.Hour

// demoOptions are the demo's flags.
type demoOptions struct {
	People int
	Keep   string // data folder to keep; temporary when empty
	Lang   string
	Listen string // a free port, 8080 first, when empty
	Out    io.Writer
	Ready  func(base string) // tests; may be nil
	Lived  func(a *audience, id release.CampaignID, owner *client)
}

// runDemo shows everything on this machine with nothing prepared, and serves
// until ctx ends.
func runDemo(ctx context.Context, o demoOptions) error {
	say := words.In(words.Match(o.Lang, ""))
	dir := o.Keep
	if dir == "" {
		tmp, err := os.MkdirTemp("", "passalong-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(tmp)
		dir = tmp
	}
	if folder(dir).exists() {
		return errors.New(say.T("cli.demo.full", "dir", dir))
	}
	ln, err := demoListener(o.Listen)
	if err != nil {
		return err
	}
	defer ln.Close()
	base := fmt.Sprintf("http://localhost:%d", ln.Addr().(*net.TCPAddr).Port)
	clock := &tape{at: time.Now().Add(-demoStory)}
	a, err := openApp(appOptions{Folder: folder(dir), Create: true, BaseURL: base, Log: slog.New(slog.DiscardHandler), Now: clock.Now})
	if err != nil {
		return err
	}
	defer a.close()
	if err := a.folder.saveSettings(settings{BaseURL: base, Local: true}); err != nil {
		return err
	}
	server := &http.Server{Handler: a.handler(), ReadHeaderTimeout: 10 * time.Second}
	defer server.Close()
	go func() { _ = server.Serve(ln) }()
	owner := &client{lang: o.Lang}
	owner.own(a)
	defer owner.close()

	d := &demo{demoOptions: o, say: say, owner: owner, base: base, clock: clock}
	if err := d.release(ctx); err != nil {
		return err
	}
	signin, err := d.signIn(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(o.Out, say.T("cli.demo.up", "base", base))
	fmt.Fprintln(o.Out, say.T("cli.demo.signin", "url", signin))
	fmt.Fprintln(o.Out, say.T("cli.demo.report", "url", base+"/console/campaigns/"+string(d.id)))
	if o.Ready != nil {
		o.Ready(base)
	}
	if err := d.live(ctx); err != nil {
		return err
	}
	clock.letRun()
	if err := d.invite(ctx); err != nil {
		return err
	}
	fmt.Fprintln(o.Out, say.T("cli.demo.stop"))
	<-ctx.Done()
	return nil
}

// demoListener takes the address asked for, else 8080, else any free port.
func demoListener(listen string) (net.Listener, error) {
	if listen != "" {
		return net.Listen("tcp", listen)
	}
	if ln, err := net.Listen("tcp", "localhost:8080"); err == nil {
		return ln, nil
	}
	return net.Listen("tcp", "localhost:0")
}

type demo struct {
	demoOptions
	say   words.Words
	owner *client
	base  string
	clock *tape
	id    release.CampaignID
	seeds []release.LinkID
	links []string
}

// release makes the campaign as a marketer would: content, people, go.
func (d *demo) release(ctx context.Context) error {
	lang := "en"
	if strings.HasPrefix(d.Lang, "fr") {
		lang = "fr"
	}
	var c struct {
		ID release.CampaignID `json:"id"`
	}
	if err := d.owner.ask(ctx, http.MethodPost, "/campaigns", map[string]any{
		"title": d.say.T("cli.demo.title"), "by": d.say.T("cli.demo.by"), "intro": d.say.T("cli.demo.intro"), "lang": lang, "tz": "Europe/Paris",
		"legal": map[string]string{"publisher": d.say.T("cli.demo.by"), "director": "Camille Renard", "host": "localhost", "contact": "privacy@example.org"},
	}, &c); err != nil {
		return err
	}
	d.id = c.ID
	clip, err := d.upload(ctx, "clip.mp4", "clip.mp4", d.say.T("cli.demo.clip"))
	if err != nil {
		return err
	}
	if _, err := d.upload(ctx, "paper."+lang+".pdf", "paper.pdf", d.say.T("cli.demo.paper")); err != nil {
		return err
	}
	for _, l := range []string{"en", "fr"} {
		if err := d.put(ctx, "/assets/"+clip+"/captions/"+l, "clip."+l+".vtt"); err != nil {
			return err
		}
	}
	if err := d.put(ctx, "/campaigns/"+string(d.id)+"/poster", "poster.jpg"); err != nil {
		return err
	}
	people := []map[string]string{}
	for _, p := range demoPeople(lang) {
		people = append(people, map[string]string{"name": p[0], "contact": p[1], "channel": p[2], "cohort": p[3]})
	}
	var minted struct {
		Links []struct {
			ID  release.LinkID `json:"id"`
			URL string         `json:"url"`
		} `json:"links"`
	}
	if err := d.owner.ask(ctx, http.MethodPost, "/campaigns/"+string(d.id)+"/seeds", map[string]any{"people": people}, &minted); err != nil {
		return err
	}
	for _, l := range minted.Links {
		d.seeds = append(d.seeds, l.ID)
		d.links = append(d.links, l.URL)
	}
	return d.owner.ask(ctx, http.MethodPost, "/campaigns/"+string(d.id)+"/release", map[string]any{}, nil)
}

// upload sends an embedded file and gives the asset's id.
func (d *demo) upload(ctx context.Context, file, name, title string) (string, error) {
	b, err := fs.ReadFile(content.FS, file)
	if err != nil {
		return "", err
	}
	res, err := d.owner.do(ctx, http.MethodPost, "/campaigns/"+string(d.id)+"/assets", url.Values{"name": {name}, "title": {title}},
		"application/octet-stream", bytes.NewReader(b))
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var out struct {
		ID string `json:"id"`
	}
	return out.ID, decode(res.Body, &out)
}

func (d *demo) put(ctx context.Context, path, file string) error {
	b, err := fs.ReadFile(content.FS, file)
	if err != nil {
		return err
	}
	res, err := d.owner.do(ctx, http.MethodPut, path, nil, "application/octet-stream", bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return res.Body.Close()
}

func (d *demo) signIn(ctx context.Context) (string, error) {
	var out struct {
		URL string `json:"url"`
	}
	err := d.owner.ask(ctx, http.MethodPost, "/signins", map[string]string{"name": d.say.T("cli.demo.owner")}, &out)
	return out.URL, err
}

// live lets the audience loose on the pages.
func (d *demo) live(ctx context.Context) error {
	model := cascade.DefaultAudience()
	model.Window = (demoStory - time.Hour).Seconds()
	plan := cascade.NewPlan(model, d.People, len(d.seeds), rand.New(rand.NewPCG(84, uint64(d.People))))
	crowd := &audience{plan: plan, clock: d.clock, start: d.clock.Now(), base: d.base, links: d.links, seeds: d.seeds, owner: d.owner, length: 24}
	var assets struct {
		Assets []struct {
			Kind     string  `json:"kind"`
			Duration float64 `json:"duration"`
		} `json:"assets"`
	}
	if err := d.owner.ask(ctx, http.MethodGet, "/campaigns/"+string(d.id)+"/assets", nil, &assets); err != nil {
		return err
	}
	if len(assets.Assets) > 0 && assets.Assets[0].Duration > 0 {
		crowd.length = assets.Assets[0].Duration
	}
	bar := newBar(d.Out, d.say.T("cli.demo.audience", "n", d.People))
	if err := crowd.live(ctx, bar.step); err != nil {
		return err
	}
	bar.end()
	if d.Lived != nil {
		d.Lived(crowd, d.id, d.owner)
	}
	return nil
}

// invite prints links that nobody has claimed, for whoever tries the demo.
func (d *demo) invite(ctx context.Context) error {
	people := []map[string]string{}
	for i := range 3 {
		people = append(people, map[string]string{"name": d.say.T("cli.demo.you", "n", i+1), "cohort": d.say.T("cli.demo.yours")})
	}
	var minted struct {
		Links []struct {
			URL string `json:"url"`
		} `json:"links"`
	}
	if err := d.owner.ask(ctx, http.MethodPost, "/campaigns/"+string(d.id)+"/seeds", map[string]any{"people": people}, &minted); err != nil {
		return err
	}
	fmt.Fprintln(d.Out, d.say.T("cli.demo.links"))
	for _, l := range minted.Links {
		fmt.Fprintln(d.Out, "  "+l.URL)
	}
	return nil
}

// demoPeople are the seeds: name, contact, channel, cohort.
func demoPeople(lang string) [][4]string {
	cohorts := [3]string{"Press", "Friends", "Street team"}
	if lang == "fr" {
		cohorts = [3]string{"Presse", "Proches", "Équipe de rue"}
	}
	names := []string{"Inès Carvalho", "Tom Ashby", "Mamadou Sy", "Léa Fontaine", "Priya Raman", "Hugo Lefèvre", "Zoë Marchetti", "Sam Okafor",
		"Nour El Amrani", "Élise Baudry", "Jack Morley", "Aïcha Diallo", "Théo Garnier", "Mei Tanaka", "Lucas Ferreira", "Chloé Perrin",
		"Daniel Reyes", "Manon Leroux", "Yusuf Kaya", "Anna Kowalska", "Gabriel Petit", "Salomé Cohen", "Ravi Menon", "Juliette Moreau"}
	channels := []string{"whatsapp", "instagram", "messenger", "whatsapp", "email", "snapchat", "whatsapp", "sms"}
	out := make([][4]string, len(names))
	for i, n := range names {
		channel := channels[i%len(channels)]
		contact := fmt.Sprintf("+336390010%02d", i)
		switch channel {
		case "email":
			contact = fmt.Sprintf("seed%d@example.org", i)
		case "instagram", "snapchat":
			contact = "@" + strings.ToLower(strings.Fields(filepath.Base(n))[0])
		}
		out[i] = [4]string{n, contact, channel, cohorts[i%3]}
	}
	return out
}
