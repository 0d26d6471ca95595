package console

import (
	"io"
	"testing"
	"time"

	"passalong/release"
	"passalong/release/words"
)

// Every template is executed in both languages, with hostile names.
func TestTemplates(t *testing.T) {
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	x := release.NewCampaign(`<script>alert(1)</script>"'`)
	x.ID, x.Opens, x.Created = "cmp_x", time.Now(), time.Now()
	for _, lang := range []words.Lang{words.English, words.French} {
		b := base{Words: words.In(lang), Title: x.Title, Who: "Inès"}
		link := linkRow{Link: release.Link{ID: "lnk_x", Recipient: release.Recipient{Name: x.Title, Contact: "+33 6 12 34 56 78"}}, URL: "http://localhost/r/x", Status: "waiting"}
		d := linksData{base: b, Campaign: x, Draft: true, Checked: true, Good: 2, Assets: []release.Asset{{Name: x.Title}}, Next: 3}
		link.Send = ways(d, x, link.Link, link.URL)
		d.Rows = []linkRow{link}
		for name, data := range map[string]any{
			"problem": problemData{base: b},
			"signin":  signInData{base: b, Choose: true, Wrong: "no"},
			"home":    homeData{base: b, Rows: []homeRow{{Campaign: x, Status: "open"}}, Invite: "http://localhost/"},
			"form":    formData{base: b, Campaign: x, Saved: true},
			"links":   d,
			"report":  reportData{base: b, Campaign: x, Report: release.Report{Reach: 2, Top: []release.Sharer{{Name: x.Title, Children: 1}}}},
			"chain":   chainData{base: b, Campaign: x, Steps: []chainStep{{Step: release.Step{Name: x.Title}}}},
		} {
			if err := c.pages.ExecuteTemplate(io.Discard, name, data); err != nil {
				t.Errorf("%s in %s: %v", name, lang, err)
			}
		}
	}
}
