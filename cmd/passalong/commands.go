package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"passalong/release"
)

type demoCmd struct {
	People int    `default:"200" help:"How many people live the campaign."`
	Keep   string `type:"path" placeholder:"DIR" help:"Keep the data in this folder; a temporary one when absent."`
	Listen string `placeholder:"ADDRESS" help:"Address to listen on; localhost:8080 or a free port when absent."`
}

// Run shows the demo.
func (d *demoCmd) Run(c *call) error {
	if d.People < 1 || d.People > 20_000 {
		return usage("--people takes 1 to 20000")
	}
	return runDemo(c.ctx, demoOptions{People: d.People, Keep: d.Keep, Lang: c.cli.Lang, Listen: d.Listen, Out: c.out})
}

// campaign finds a campaign by its id, the beginning of one, or "last".
func (c *call) campaign(cl *client, asked string) (string, error) {
	var all struct {
		Campaigns []struct {
			ID string `json:"id"`
		} `json:"campaigns"`
	}
	if err := cl.ask(c.ctx, http.MethodGet, "/campaigns", nil, &all); err != nil {
		return "", err
	}
	var found []string
	for i, x := range all.Campaigns {
		if x.ID == asked || asked == "last" && i == 0 {
			return x.ID, nil
		}
		if strings.HasPrefix(x.ID, asked) {
			found = append(found, x.ID)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("there is no campaign %q here; \"passalong campaigns\" lists them", asked)
	}
	return "", fmt.Errorf("%d campaigns begin with %q; write more of the id", len(found), asked)
}

type linksCmd struct {
	Campaign string `arg:"" help:"Id of the campaign, its beginning, or \"last\"."`
	To       string `type:"existingfile" placeholder:"MORE.CSV" help:"Mint links for these people too."`
	Out      string `type:"path" help:"Where the links are written; standard output when absent (links.csv with --to)."`
	BaseURL  string `name:"base-url" placeholder:"URL" help:"Print the links under this address."`
	SkipBad  bool   `help:"Go on without the rows that can't be used."`
}

// Run mints more links, or prints those there are.
func (l *linksCmd) Run(c *call) error {
	var people release.People
	if l.To != "" {
		var err error
		if people, err = readPeople(c, l.To, l.SkipBad); err != nil {
			return err
		}
	}
	cl, err := c.connect()
	if err != nil {
		return err
	}
	defer cl.close()
	id, err := c.campaign(cl, l.Campaign)
	if err != nil {
		return err
	}
	if l.To != "" {
		if l.Out == "" {
			l.Out = "links.csv"
		}
		set, err := c.folder().loadSettings()
		if err != nil {
			return err
		}
		if err := mint(c, cl, id, people, l.Out, set); err != nil {
			return err
		}
		c.say("%d more links in %s", len(people.Rows), l.Out)
		return nil
	}
	query := url.Values{}
	if l.BaseURL != "" {
		query.Set("base", l.BaseURL)
	}
	res, err := cl.do(c.ctx, http.MethodGet, "/campaigns/"+id+"/links.csv", query, "", nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if l.Out == "" {
		_, err = io.Copy(c.out, res.Body)
		return err
	}
	if err := writeFile(l.Out, func(w io.Writer) error { _, err := io.Copy(w, res.Body); return err }); err != nil {
		return err
	}
	c.say("The links are in %s", l.Out)
	return nil
}

type signinCmd struct {
	Name string `arg:"" optional:"" default:"owner" help:"Whose; a new name is a new colleague."`
}

// Run prints a one-time link into the console.
func (s *signinCmd) Run(c *call) error {
	cl, err := c.connect()
	if err != nil {
		return err
	}
	defer cl.close()
	var in struct {
		URL     string    `json:"url"`
		Expires time.Time `json:"expires"`
	}
	if err := cl.ask(c.ctx, http.MethodPost, "/signins", map[string]string{"name": s.Name}, &in); err != nil {
		return err
	}
	c.say("%s\nSigns %s in once, until %s.", in.URL, s.Name, in.Expires.Format("Monday 15:04 MST"))
	return nil
}

type campaignsCmd struct{}

// Run lists the campaigns.
func (campaignsCmd) Run(c *call) error {
	cl, err := c.connect()
	if err != nil {
		return err
	}
	defer cl.close()
	var all struct {
		Campaigns []struct {
			ID     string     `json:"id"`
			Title  string     `json:"title"`
			State  string     `json:"state"`
			Closes *time.Time `json:"closes"`
		} `json:"campaigns"`
	}
	if err := cl.ask(c.ctx, http.MethodGet, "/campaigns", nil, &all); err != nil {
		return err
	}
	if len(all.Campaigns) == 0 {
		c.say("No campaign yet: passalong launch FILE... --to people.csv")
	}
	for _, x := range all.Campaigns {
		closes := ""
		if x.Closes != nil {
			closes = "closes " + x.Closes.Format("2006-01-02 15:04 MST")
		}
		c.say("%s  %-8s %-30s %s", x.ID, x.State, x.Title, closes)
	}
	return nil
}

type keysCmd struct {
	List   keysListCmd   `cmd:"" default:"1" help:"List the keys."`
	Rotate keysRotateCmd `cmd:"" help:"Sign with a new key from now on; links in people's chats go on."`
	Revoke keysRevokeCmd `cmd:"" help:"End a key and every link it signed, for good."`
}

type keysListCmd struct{}
type keysRotateCmd struct{}
type keysRevokeCmd struct {
	Kid string `arg:"" help:"The key's name, from the list."`
	Yes bool   `help:"Do it."`
}

type ring struct {
	Keys []struct {
		Kid     string     `json:"kid"`
		State   string     `json:"state"`
		Created time.Time  `json:"created"`
		Until   *time.Time `json:"until"`
	} `json:"keys"`
}

func (c *call) ring(method, path string) error {
	cl, err := c.connect()
	if err != nil {
		return err
	}
	defer cl.close()
	var r ring
	if err := cl.ask(c.ctx, method, path, nil, &r); err != nil {
		return err
	}
	for _, k := range r.Keys {
		until := ""
		if k.Until != nil {
			until = "  verifies until " + k.Until.Format("2006-01-02")
		}
		c.say("%-3s  %-12s made %s%s", k.Kid, k.State, k.Created.Format("2006-01-02"), until)
	}
	return nil
}

// Run lists the keys.
func (keysListCmd) Run(c *call) error { return c.ring(http.MethodGet, "/keyring") }

// Run rotates.
func (keysRotateCmd) Run(c *call) error { return c.ring(http.MethodPost, "/keyring/rotate") }

// Run ends a key, after saying how many links end with it.
func (k *keysRevokeCmd) Run(c *call) error {
	cl, err := c.connect()
	if err != nil {
		return err
	}
	defer cl.close()
	var out struct {
		Links int `json:"links"`
	}
	path := "/keyring/" + url.PathEscape(k.Kid) + "/revoke"
	if !k.Yes {
		if err := cl.ask(c.ctx, http.MethodPost, path+"?dry_run=true", nil, &out); err != nil {
			return err
		}
		return usage("%d links end with key %s, for good. Say --yes to do it", out.Links, k.Kid)
	}
	if err := cl.ask(c.ctx, http.MethodPost, path, nil, &out); err != nil {
		return err
	}
	c.say("Key %s is ended, and %d links with it.", k.Kid, out.Links)
	return nil
}

type checkCmd struct{}

// Run verifies the data and fails when something is wrong.
func (checkCmd) Run(c *call) error {
	cl, err := c.connect()
	if err != nil {
		return err
	}
	defer cl.close()
	var f struct {
		Faults    []string `json:"faults"`
		Campaigns int      `json:"campaigns"`
		Files     int      `json:"files"`
	}
	if err := cl.ask(c.ctx, http.MethodPost, "/check", nil, &f); err != nil {
		return err
	}
	for _, fault := range f.Faults {
		c.say("%s", fault)
	}
	if len(f.Faults) > 0 {
		return fmt.Errorf("%d faults. Restore a backup taken before: passalong restore FILE", len(f.Faults))
	}
	c.say("All is well: %d campaigns, %d files.", f.Campaigns, f.Files)
	return nil
}
