package console

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"passalong/release"
)

// homeData is the list of campaigns.
type homeData struct {
	base
	Rows   []homeRow
	Invite string // a colleague's link, shown once
}

type homeRow struct {
	release.Campaign
	Status       string
	Word         string
	Reach, Views int
}

func (c *Console) home(w http.ResponseWriter, r *http.Request) error { return c.showHome(w, r, "") }

func (c *Console) showHome(w http.ResponseWriter, r *http.Request, invite string) error {
	d := homeData{base: c.base(r, "Passalong"), Invite: invite}
	all, err := c.Service.Campaigns(r.Context())
	if err != nil {
		return err
	}
	for _, x := range all {
		report, err := c.Service.Report(r.Context(), x.ID)
		if err != nil {
			return err
		}
		state := x.State(c.Now())
		d.Rows = append(d.Rows, homeRow{x, string(state), d.T("console.state." + string(state)), report.Reach, report.Views})
	}
	return c.render(w, http.StatusOK, "home", d)
}

// formData is the form of a campaign, new or changed; what was typed stays.
type formData struct {
	base
	New      bool
	Campaign release.Campaign
	Closes   string
	Wrong    string
	Saved    bool
}

const timeForm = "2006-01-02T15:04"

func (c *Console) newPage(w http.ResponseWriter, r *http.Request) error {
	d := formData{base: c.base(r, ""), New: true, Campaign: release.NewCampaign("")}
	d.Title, d.Campaign.Lang = d.T("console.new"), string(d.Words.Lang())
	d.Campaign.TZ = "Europe/Paris"
	return c.render(w, http.StatusOK, "form", d)
}

// read fills a campaign from the form.
func read(r *http.Request, x *release.Campaign) error {
	x.Title, x.By, x.Intro, x.Message = r.PostFormValue("title"), r.PostFormValue("by"), r.PostFormValue("intro"), strings.ReplaceAll(r.PostFormValue("message"), "\r\n", "\n")
	x.Accent, x.Lang, x.Tone, x.TZ, x.Then = r.PostFormValue("accent"), r.PostFormValue("campaign_lang"), r.PostFormValue("tone"), r.PostFormValue("tz"), r.PostFormValue("then")
	x.Legal = release.Legal{Publisher: r.PostFormValue("publisher"), Director: r.PostFormValue("director"),
		Host: strings.ReplaceAll(r.PostFormValue("host"), "\r\n", "\n"), Contact: r.PostFormValue("contact")}
	for _, f := range []struct {
		name string
		to   *int
	}{{"shares", &x.Shares}, {"copies", &x.Copies}, {"generations", &x.Generations}} {
		n, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue(f.name)))
		if err != nil {
			return release.Bad(f.name, "campaign.range", "max", 10_000)
		}
		*f.to = n
	}
	if hours, err := strconv.Atoi(r.PostFormValue("hours")); err == nil && hours > 0 {
		x.For = time.Duration(hours) * time.Hour
	}
	if s := r.PostFormValue("closes"); s != "" {
		t, err := time.ParseInLocation(timeForm, s, x.Zone())
		if err != nil {
			return release.Bad("closes", "campaign.closes")
		}
		x.Closes = t.UTC()
	}
	return nil
}

func (c *Console) create(w http.ResponseWriter, r *http.Request) error {
	x := release.NewCampaign("")
	err := read(r, &x)
	if err == nil {
		var made release.Campaign
		if made, err = c.Service.CreateCampaign(r.Context(), x); err == nil {
			http.Redirect(w, r, "/console/campaigns/"+string(made.ID)+"/links", http.StatusSeeOther)
			return nil
		}
	}
	if !release.Is(err, release.Invalid) {
		return err
	}
	d := formData{base: c.base(r, ""), New: true, Campaign: x}
	d.Title, d.Wrong = d.T("console.new"), sentence(d.Words, err)
	return c.render(w, http.StatusUnprocessableEntity, "form", d)
}

func (c *Console) settingsPage(w http.ResponseWriter, r *http.Request) error {
	x, err := c.Service.Campaign(r.Context(), release.CampaignID(r.PathValue("id")))
	if err != nil {
		return err
	}
	d := formData{base: c.base(r, x.Title), Campaign: x}
	if !x.End().IsZero() {
		d.Closes = x.End().In(x.Zone()).Format(timeForm)
	}
	return c.render(w, http.StatusOK, "form", d)
}

func (c *Console) settings(w http.ResponseWriter, r *http.Request) error {
	id := release.CampaignID(r.PathValue("id"))
	typed := release.Campaign{}
	x, err := c.Service.ChangeCampaign(r.Context(), id, func(x *release.Campaign, _ time.Time) error {
		err := read(r, x)
		typed = *x
		return err
	})
	d := formData{base: c.base(r, typed.Title), Campaign: x, Closes: r.PostFormValue("closes"), Saved: err == nil}
	switch {
	case release.Is(err, release.Invalid):
		d.Campaign, d.Wrong = typed, sentence(d.Words, err)
		return c.render(w, http.StatusUnprocessableEntity, "form", d)
	case err != nil:
		return err
	}
	return c.render(w, http.StatusOK, "form", d)
}

// act releases, pauses, closes or deletes.
func (c *Console) act(w http.ResponseWriter, r *http.Request) error {
	id := release.CampaignID(r.PathValue("id"))
	to := "/console/campaigns/" + string(id)
	var err error
	switch r.PostFormValue("do") {
	case "release":
		_, err = c.Service.Release(r.Context(), id, time.Time{})
	case "pause":
		_, err = c.Service.Pause(r.Context(), id, true, false)
	case "resume":
		_, err = c.Service.Pause(r.Context(), id, false, r.PostFormValue("move") != "")
	case "close":
		_, err = c.Service.CloseCampaign(r.Context(), id)
	case "extend":
		_, err = c.Service.ChangeCampaign(r.Context(), id, func(x *release.Campaign, now time.Time) error {
			end := x.End()
			if end.Before(now) {
				end = now
			}
			x.Closes = end.Add(24 * time.Hour)
			return nil
		})
	case "delete":
		x, e := c.Service.Campaign(r.Context(), id)
		if e != nil {
			return e
		}
		if strings.TrimSpace(r.PostFormValue("title")) != x.Title {
			return release.Bad("title", "campaign.delete_title")
		}
		err, to = c.Service.DeleteCampaign(r.Context(), id), "/console"
	default:
		return release.Bad("do", "campaign.act")
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// Reach64 is the reach as words.Number takes it.
func (r homeRow) Reach64() int64 { return int64(r.Reach) }

// Views64 is the number of views.
func (r homeRow) Views64() int64 { return int64(r.Views) }
