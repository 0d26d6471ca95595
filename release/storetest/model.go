package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"passalong/release"
)

// dumped is everything a store tells about some campaigns.
type dumped struct {
	Campaigns []release.Campaign
	Assets    []release.Asset
	Links     []release.Link
	Of        []release.Link
	Viewers   []release.Viewer
	By        []release.Viewer
	Progress  []release.Progress
	Sightings []release.Sighting
	Events    []release.Event
	Blobs     []string
}

type failer interface {
	Helper()
	Errorf(string, ...any)
}

// dump reads all of it by every list there is.
func dump(t failer, tx release.Tx, campaigns []release.CampaignID, kinds []string) (d dumped) {
	t.Helper()
	try := func(err error) {
		if err != nil {
			t.Errorf("dump: %v", err)
		}
	}
	for _, c := range campaigns {
		if row, err := tx.Campaign(c); err == nil {
			d.Campaigns = append(d.Campaigns, row)
		}
		assets, err := tx.Assets(c)
		try(err)
		d.Assets = append(d.Assets, assets...)
		try(tx.Links(c, 0, func(l release.Link) bool { d.Links = append(d.Links, l); return true }))
		try(tx.Viewers(c, 0, func(v release.Viewer) bool { d.Viewers = append(d.Viewers, v); return true }))
		try(tx.SightingsOf(c, func(s release.Sighting) bool { d.Sightings = append(d.Sightings, s); return true }))
		try(tx.Events(c, 0, func(e release.Event) bool { d.Events = append(d.Events, e); return true }))
	}
	for _, v := range d.Viewers {
		of, err := tx.LinksOf(v.ID)
		try(err)
		d.Of = append(d.Of, of...)
		if p, err := tx.Progress(v.ID); err == nil {
			d.Progress = append(d.Progress, p)
		}
	}
	for _, l := range d.Links {
		by, err := tx.ViewersBy(l.ID)
		try(err)
		d.By = append(d.By, by...)
	}
	for _, k := range kinds {
		try(tx.Blobs(k, "", func(key string, v []byte) bool { d.Blobs = append(d.Blobs, k+" "+key+" "+string(v)); return true }))
	}
	return d
}

// model: whatever is done, in whatever order, with some of it failing half
// way, a store and the simplest thing that could work tell the same.
func model(t *testing.T, open Opener) {
	s := open(t, ticking())
	var round atomic.Int64
	rapid.Check(t, func(rt *rapid.T) {
		run := fmt.Sprint(round.Add(1)) // rows of its own in the one store
		m := &machine{s: s, o: newOracle(), run: run,
			campaigns: []release.CampaignID{release.CampaignID("cmp_" + run + "a"), release.CampaignID("cmp_" + run + "b")},
			kinds:     []string{"k" + run, "k" + run + "b"}}
		rt.Repeat(map[string]func(*rapid.T){
			"campaign": m.campaign, "asset": m.asset, "link": m.link, "viewer": m.viewer, "progress": m.progress,
			"event": m.event, "sighting": m.sighting, "blob": m.blob, "wipe": m.wipe, "fail": m.fail, "": m.compare,
		})
	})
	clean(t, s)
}

type machine struct {
	s         release.Store
	o         *oracle
	run       string
	campaigns []release.CampaignID
	kinds     []string
}

// both runs fn on the store and on the model; they must answer alike.
func (m *machine) both(t *rapid.T, fn func(tx release.Tx) error) {
	t.Helper()
	before := m.o.clone()
	want := fn(m.o)
	if want != nil {
		m.o = before
	}
	got := m.s.Update(context.Background(), fn)
	if release.KindOf(got) != release.KindOf(want) {
		t.Fatalf("the store answers %v, the model %v", got, want)
	}
}

func (m *machine) compare(t *rapid.T) {
	want := dump(t, m.o, m.campaigns, m.kinds)
	err := m.s.View(context.Background(), func(tx release.Tx) error {
		got := dump(t, tx, m.campaigns, m.kinds)
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("the store has\n%+v\nthe model\n%+v", got, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (m *machine) some(t *rapid.T) release.CampaignID {
	return rapid.SampledFrom(m.campaigns).Draw(t, "campaign")
}

// name draws one of a campaign's few ids: links and viewers that know each
// other are always of one campaign.
func (m *machine) name(t *rapid.T, prefix string, c release.CampaignID) string {
	return fmt.Sprint(prefix, c, "x", rapid.IntRange(0, 3).Draw(t, prefix))
}

func moment(t *rapid.T, label string) time.Time {
	n := rapid.IntRange(0, 1000).Draw(t, label)
	if n == 0 {
		return time.Time{}
	}
	return start.Add(time.Duration(n) * time.Microsecond)
}

func (m *machine) campaign(t *rapid.T) {
	c := release.Campaign{ID: m.some(t), Title: rapid.StringN(0, 8, 30).Draw(t, "title"), Opens: moment(t, "opens"),
		Created: start, Cuts: rapid.IntRange(-1, 3).Draw(t, "cuts")}
	m.both(t, func(tx release.Tx) error { return tx.PutCampaign(c) })
}

func (m *machine) asset(t *rapid.T) {
	c, no := m.some(t), uint8(rapid.IntRange(1, 4).Draw(t, "no"))
	id := release.AssetID(fmt.Sprintf("ast_%s_%d", c, no))
	if rapid.Bool().Draw(t, "delete") {
		m.both(t, func(tx release.Tx) error { return tx.DeleteAsset(id) })
		return
	}
	a := release.Asset{ID: id, Campaign: c, No: no, Duration: float64(rapid.IntRange(-9, 9).Draw(t, "duration")) / 4}
	m.both(t, func(tx release.Tx) error { return tx.PutAsset(a) })
}

// link mints or changes one. Its campaign and number stay, as rules keep them.
func (m *machine) link(t *rapid.T) {
	c := m.some(t)
	id := release.LinkID(m.name(t, "lnk_", c))
	old, err := m.o.Link(id)
	l := release.Link{ID: id, Campaign: c, No: old.No, Minted: moment(t, "minted"), Seats: rapid.IntRange(0, 9).Draw(t, "seats"),
		Kind:   rapid.SampledFrom([]release.LinkKind{release.Seed, release.Share, release.Reserved}).Draw(t, "kind"),
		Sharer: release.ViewerID(rapid.SampledFrom([]string{"", m.name(t, "vwr_", c)}).Draw(t, "sharer"))}
	if err != nil {
		l.No = m.number(t, c, release.Tx.NextLink)
	}
	m.both(t, func(tx release.Tx) error { return tx.PutLink(l) })
}

func (m *machine) number(t *rapid.T, c release.CampaignID, next func(release.Tx, release.CampaignID) (uint32, error)) (no uint32) {
	err := m.s.Update(context.Background(), func(tx release.Tx) (err error) { no, err = next(tx, c); return err })
	if err != nil {
		t.Fatal(err)
	}
	return no
}

func (m *machine) viewer(t *rapid.T) {
	c := m.some(t)
	id := release.ViewerID(m.name(t, "vwr_", c))
	old, err := m.o.Viewer(id)
	v := release.Viewer{ID: id, Campaign: c, No: old.No, Claimed: moment(t, "claimed"),
		Link:      release.LinkID(rapid.SampledFrom([]string{"", m.name(t, "lnk_", c)}).Draw(t, "by")),
		Candidate: rapid.SampledFrom([]string{"", "p", "q", "r", "s"}).Draw(t, "candidate")}
	for range rapid.IntRange(0, 2).Draw(t, "browsers") {
		v.Browsers = append(v.Browsers, release.Browser{Candidate: rapid.SampledFrom([]string{"p", "q", "r", "s"}).Draw(t, "more")})
	}
	if err != nil {
		v.No = m.number(t, c, release.Tx.NextViewer)
	}
	m.both(t, func(tx release.Tx) error { return tx.PutViewer(v) })
}

func (m *machine) progress(t *rapid.T) {
	v, err := one(pick(m.o.viewers, func(release.Viewer) bool { return true }, func(a, b release.Viewer) int { return cmp.Compare(a.ID, b.ID) }))
	if err != nil {
		return
	}
	p := release.Progress{Viewer: v.ID, Campaign: v.Campaign, Updated: moment(t, "updated"),
		Assets: []release.AssetProgress{{Asset: 1, Spans: []release.Span{{To: float64(rapid.IntRange(0, 9).Draw(t, "to")) / 8}}}}}
	m.both(t, func(tx release.Tx) error { return tx.PutProgress(p) })
}

func (m *machine) event(t *rapid.T) {
	c := m.some(t)
	e := release.Event{At: moment(t, "at"), Kind: release.Viewed, Viewer: rapid.Uint32().Draw(t, "viewer"),
		Value: rapid.Uint32().Draw(t, "value"), Asset: rapid.Uint8().Draw(t, "asset")}
	m.both(t, func(tx release.Tx) error { return tx.Append(c, e) })
}

func (m *machine) sighting(t *rapid.T) {
	l, err := one(pick(m.o.links, func(release.Link) bool { return true }, func(a, b release.Link) int { return cmp.Compare(a.ID, b.ID) }))
	if err != nil {
		return
	}
	row := release.Sighting{Campaign: l.Campaign, Link: l.ID, LinkNo: l.No, Kind: release.SightOpen,
		Class: rapid.SampledFrom([]string{"browser", "whatsapp"}).Draw(t, "class"), Count: rapid.IntRange(1, 9).Draw(t, "count")}
	m.both(t, func(tx release.Tx) error { return tx.PutSighting(row) })
}

func (m *machine) blob(t *rapid.T) {
	kind, key := rapid.SampledFrom(m.kinds).Draw(t, "kind"), rapid.SampledFrom([]string{"a", "ab", "b"}).Draw(t, "key")
	if rapid.Bool().Draw(t, "delete") {
		m.both(t, func(tx release.Tx) error { return tx.DeleteBlob(kind, key) })
		return
	}
	value := rapid.SliceOfN(rapid.Byte(), 0, 5).Draw(t, "value")
	m.both(t, func(tx release.Tx) error { return tx.PutBlob(kind, key, slices.Clone(value)) })
}

func (m *machine) wipe(t *rapid.T) {
	if rapid.IntRange(0, 4).Draw(t, "seldom") > 0 {
		return
	}
	c := m.some(t)
	for more := true; more; {
		m.both(t, func(tx release.Tx) (err error) { more, err = tx.Wipe(c); return err })
	}
	m.both(t, func(tx release.Tx) error { _, err := tx.Wipe(c); return err })
}

// fail writes a lot and gives up.
func (m *machine) fail(t *rapid.T) {
	c := m.some(t)
	m.both(t, func(tx release.Tx) error {
		_, _ = tx.Wipe(m.campaigns[0])
		_ = tx.PutCampaign(release.Campaign{ID: c, Title: "never"})
		_ = tx.Append(c, release.Event{Kind: release.Erased})
		_ = tx.PutBlob(m.kinds[0], "a", []byte("never"))
		_ = tx.PutLink(release.Link{ID: release.LinkID("lnk_" + string(c) + "x0"), Campaign: c, No: 9999, Kind: release.Seed})
		return errors.New("given up")
	})
}
