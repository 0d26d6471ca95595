package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"passalong/release"
	"passalong/release/cascade"
)

// tape is a clock that is wound through a story and then runs by itself.
type tape struct {
	mu   sync.Mutex
	at   time.Time
	live bool
}

// Now gives the time of the story, or the real one once it is live.
func (t *tape) Now() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.live {
		return time.Now()
	}
	return t.at
}

// wind moves the story forward; it never goes back.
func (t *tape) wind(to time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if to.After(t.at) {
		t.at = to
	}
}

func (t *tape) letRun() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live = true
}

// audience lives a plan through the server's real pages: every person is a
// browser of their own, every machine a user agent seen in the wild.
type audience struct {
	plan   *cascade.Plan
	clock  *tape
	start  time.Time
	base   string
	links  []string // address by the plan's link number
	seeds  []release.LinkID
	owner  *client
	length float64 // seconds of the clip, asset 1
	people []*person
	lived  lived
}

// lived is what the audience did, for comparing with the report.
type lived struct {
	Claims, Copies, Shares, Previews, Opens, Watched int
}

// person is one browser.
type person struct {
	http    *http.Client
	agent   string
	address string // "/v/…" once they are in
	runs    int
}

func newPerson(agent string) (*person, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &person{agent: agent, http: &http.Client{Jar: jar, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// live carries out every act in order; step hears how many are done.
func (a *audience) live(ctx context.Context, step func(done, of int)) error {
	a.people = make([]*person, a.plan.People)
	a.links = append(a.links, make([]string, max(a.plan.Links-len(a.links), 0))...)
	for i, act := range a.plan.Acts {
		if err := ctx.Err(); err != nil {
			return err
		}
		a.clock.wind(a.start.Add(time.Duration(act.At) * time.Microsecond))
		if err := a.act(ctx, act); err != nil {
			return fmt.Errorf("act %d: %w", i, err)
		}
		step(i+1, len(a.plan.Acts))
	}
	return nil
}

func (a *audience) act(ctx context.Context, act cascade.Act) error {
	link := ""
	if act.Link >= 0 && int(act.Link) < len(a.links) {
		link = a.links[act.Link]
	}
	switch act.Kind {
	case cascade.Sent:
		return a.owner.ask(ctx, http.MethodPost, "/links/"+string(a.seeds[act.Link])+"/sent",
			map[string]string{"channel": release.Channel(act.Channel).String()}, nil)
	case cascade.Preview:
		a.lived.Previews++
		robot, err := newPerson(previewAgent(release.Channel(act.Channel), int(act.Link)))
		if err != nil {
			return err
		}
		return robot.get(ctx, link)
	case cascade.Open, cascade.Met:
		a.lived.Opens++
		who, err := a.who(act)
		if err != nil {
			return err
		}
		return who.get(ctx, link)
	case cascade.Claim, cascade.CopyClaim:
		return a.claim(ctx, act, link)
	case cascade.Watch:
		return a.watch(ctx, act)
	case cascade.Share:
		return a.share(ctx, act)
	}
	return nil
}

// who gives the actor's browser; somebody who goes no further has a new one.
func (a *audience) who(act cascade.Act) (*person, error) {
	agent := personAgent(act.Device, release.Channel(act.Channel))
	if act.Actor < 0 {
		return newPerson(agent)
	}
	if a.people[act.Actor] == nil {
		p, err := newPerson(agent)
		if err != nil {
			return nil, err
		}
		a.people[act.Actor] = p
	}
	return a.people[act.Actor], nil
}

func (a *audience) claim(ctx context.Context, act cascade.Act, link string) error {
	who, err := a.who(act)
	if err != nil {
		return err
	}
	res, err := who.do(ctx, http.MethodPost, link, "application/x-www-form-urlencoded", strings.NewReader(""))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	to, err := res.Location()
	if err != nil {
		return fmt.Errorf("a claim was answered %s", res.Status)
	}
	a.lived.Claims++
	if act.Kind == cascade.CopyClaim {
		a.lived.Copies++
	}
	who.address = "/v/" + path.Base(to.Path)
	return who.get(ctx, a.base+who.address)
}

func (a *audience) watch(ctx context.Context, act cascade.Act) error {
	who := a.people[act.Actor]
	seconds := act.Fraction * a.length
	a.clock.wind(a.start.Add(time.Duration(act.At)*time.Microsecond + time.Duration(seconds*float64(time.Second))))
	who.runs++
	if seconds >= release.ViewSeconds {
		a.lived.Watched++
	}
	return who.send(ctx, a.base+who.address+"/progress", map[string]any{
		"asset": 1, "play": fmt.Sprintf("run%d", who.runs), "spans": [][2]float64{{0, seconds}}, "position": seconds}, nil)
}

func (a *audience) share(ctx context.Context, act cascade.Act) error {
	who := a.people[act.Actor]
	var out struct {
		Link struct {
			URL string `json:"url"`
		} `json:"link"`
	}
	err := who.send(ctx, a.base+who.address+"/share",
		map[string]string{"channel": release.Channel(act.Channel).String(), "seats": "1"}, &out)
	if err != nil {
		return err
	}
	a.lived.Shares++
	u, err := url.Parse(out.Link.URL)
	if err != nil {
		return err
	}
	a.links[act.Link] = a.base + u.Path
	return nil
}

func (p *person) get(ctx context.Context, address string) error {
	res, err := p.do(ctx, http.MethodGet, address, "", nil)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

func (p *person) send(ctx context.Context, address string, in, out any) error {
	b, err := json.Marshal(in)
	if err != nil {
		return err
	}
	res, err := p.do(ctx, http.MethodPost, address, "application/json", bytes.NewReader(b))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		said, _ := io.ReadAll(io.LimitReader(res.Body, 1000))
		return fmt.Errorf("%s answered %s: %s", path.Base(address), res.Status, said)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(res.Body).Decode(out)
}

func (p *person) do(ctx context.Context, method, address, kind string, body io.Reader) (*http.Response, error) {
	if address == "" {
		return nil, errors.New("a link is used before it was passed on")
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", p.agent)
	req.Header.Set("Accept-Language", "fr,en;q=0.8")
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := p.http.Do(req)
	if err == nil && method == http.MethodGet {
		_, _ = io.Copy(io.Discard, res.Body) // the connection is used again
	}
	return res, err
}

// previewAgent is who fetches a card for a message of this channel.
func previewAgent(c release.Channel, n int) string {
	switch c {
	case release.WhatsApp:
		return "WhatsApp/2.24.20.89 A"
	case release.Messenger, release.Instagram:
		return "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"
	case release.Telegram:
		return "TelegramBot (like TwitterBot)"
	case release.Snapchat:
		return "Mozilla/5.0 (compatible; Snapchat; +https://www.snapchat.com) SnapchatBot/1.0"
	case release.SMS:
		return "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0"
	}
	if n%2 == 0 {
		return "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
	}
	return "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"
}

// personAgent is what somebody holds, and the app whose browser they are in.
func personAgent(d cascade.Device, c release.Channel) string {
	const (
		ios     = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
		android = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
	)
	switch d {
	case cascade.InApp:
		switch c {
		case release.Instagram:
			return ios + " Mobile/15E148 Instagram 332.0.0.22.90 (iPhone15,3; iOS 17_5; fr_FR; fr; scale=3.00; 1290x2796; 601420823)"
		case release.Messenger:
			return ios + " Mobile/15E148 [FBAN/MessengerForiOS;FBAV/458.0.0.38.108;FBBV/597215489;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/17.5;FBSS/3;FBCR/;FBID/phone;FBLC/fr_FR;FBOP/0]"
		case release.Snapchat:
			return ios + " Version/17.5 Mobile/15E148 Safari/604.1 Snapchat/12.87.0.41 (like Safari/8617.2.4.10.8, panda)"
		}
		return android[:len(android)-len(" AppleWebKit/537.36 (KHTML, like Gecko)")-1] + "; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.71 Mobile Safari/537.36"
	case cascade.Android:
		return android + " Chrome/126.0.0.0 Mobile Safari/537.36"
	case cascade.Tablet:
		return "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
	case cascade.Desktop:
		return "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
	}
	return ios + " Version/17.5 Mobile/15E148 Safari/604.1"
}
