package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strconv"
	"strings"

	"passalong/release"
	"passalong/release/words"
)

type reportCmd struct {
	Campaign string `arg:"" default:"last" optional:"" help:"Id of the campaign, its beginning, or \"last\"."`
	Format   string `enum:"text,json,csv" default:"text" help:"text, json (the API's document) or csv."`
}

// Run prints a campaign's report.
func (r *reportCmd) Run(c *call) error {
	cl, err := c.connect()
	if err != nil {
		return err
	}
	defer cl.close()
	id, err := c.campaign(cl, r.Campaign)
	if err != nil {
		return err
	}
	res, err := cl.do(c.ctx, http.MethodGet, "/campaigns/"+id+"/report", nil, "", nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if r.Format == "json" {
		_, err = io.Copy(c.out, res.Body)
		return err
	}
	var doc release.Report
	if err := json.NewDecoder(res.Body).Decode(&doc); err != nil {
		return err
	}
	if r.Format == "csv" {
		return reportCSV(c.out, doc)
	}
	reportText(c, doc)
	return nil
}

// reportCSV writes the figures as measure, of, value.
func reportCSV(w io.Writer, r release.Report) error {
	out := csv.NewWriter(w)
	row := func(measure, of string, n int) {
		_ = out.Write([]string{measure, of, strconv.Itoa(n)}) // Flush tells
	}
	_ = out.Write([]string{"measure", "of", "value"})
	row("reach", "", r.Reach)
	row("copied", "", r.Copied)
	row("views", "", r.Views)
	row("plays", "", r.Plays)
	for i, n := range r.Generations {
		row("generation", strconv.Itoa(i+1), n)
	}
	for _, ch := range sorted(r.Channels) {
		row("channel", ch, r.Channels[ch])
	}
	for _, f := range funnel(r) {
		row("funnel", f.name, f.n)
	}
	out.Flush()
	return out.Error()
}

type stage struct {
	name string
	n    int
}

func funnel(r release.Report) []stage {
	f := r.Funnel
	return []stage{{"sent", f.Sent}, {"shared", f.Shared}, {"previewed", f.Previewed}, {"opened", f.Opened},
		{"claimed", f.Claimed}, {"viewed", f.Viewed}, {"shared_on", f.SharedOn}}
}

func sorted(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		if m[keys[i]] != m[keys[j]] {
			return m[keys[i]] > m[keys[j]]
		}
		return keys[i] < keys[j]
	})
	return keys
}

func reportText(c *call, r release.Report) {
	say := words.In(words.Match(c.cli.Lang, ""))
	num := func(n int) string { return say.Number(int64(n)) }
	c.say("%s (%s)", r.About.Title, r.Campaign)
	c.say("%s %s, %s: %s, %s: %s", num(r.Reach), say.T("cli.report.people", "n", r.Reach), say.T("cli.report.copied"), num(r.Copied), say.T("cli.report.views"), num(r.Views))
	c.say("")
	most := 1
	for _, n := range r.Generations {
		most = max(most, n)
	}
	for i, n := range r.Generations {
		c.say("%-24s %7s  %s", say.T("cli.report.generation", "n", i+1), num(n), strings.Repeat("█", (n*40+most-1)/most))
	}
	c.say("")
	for _, ch := range sorted(r.Channels) {
		c.say("%-24s %7s", say.Channel(ch), num(r.Channels[ch]))
	}
	c.say("")
	for _, f := range funnel(r) {
		c.say("%-24s %7s", say.T("cli.report."+f.name), num(f.n))
	}
	if len(r.Top) > 0 {
		c.say("\n%s", say.T("cli.report.top"))
		for _, t := range r.Top[:min(5, len(r.Top))] {
			who := t.Name
			if who == "" {
				who = fmt.Sprintf("#%d", t.No)
			}
			c.say("%-24s %7s  %s", who, num(t.Children), say.T("cli.report.below", "n", t.Below))
		}
	}
}
