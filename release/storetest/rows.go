package storetest

import (
	"reflect"
	"testing"

	"passalong/release"
)

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s\n got %+v\nwant %+v", what, got, want)
	}
}

// complete fails when a sample row has an empty field: a field added to the
// vocabulary must be added to the samples, or no store would be seen to lose it.
func complete(t *testing.T, rows ...any) {
	t.Helper()
	for _, row := range rows {
		v := reflect.ValueOf(row)
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("the sample %T has no %s", row, v.Type().Field(i).Name)
			}
		}
	}
}

// fill keeps one full row of each sort in campaign cmp_a.
func fill(t *testing.T, s release.Store) {
	t.Helper()
	update(t, s, func(tx release.Tx) error {
		for _, err := range []error{
			tx.PutCampaign(fullCampaign("cmp_a")),
			tx.PutAsset(fullAsset("ast_a", "cmp_a", 1)),
			tx.PutLink(fullLink("lnk_a", "cmp_a", 1)),
			tx.PutViewer(fullViewer("vwr_a", "cmp_a", 1)),
			tx.PutProgress(fullProgress("vwr_a", "cmp_a")),
			tx.PutSighting(fullSighting("cmp_a", "lnk_a", "whatsapp")),
			tx.Append("cmp_a", fullEvent()),
			tx.PutBlob("kind", "key", []byte("value")),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// roundTrip: every field comes back, by every way to the row.
func roundTrip(t *testing.T, open Opener) {
	progress, event := fullProgress("vwr_a", "cmp_a"), fullEvent()
	event.Seq = 1
	complete(t, fullCampaign("cmp_a"), fullCampaign("cmp_a").Legal, fullAsset("ast_a", "cmp_a", 1), fullLink("lnk_a", "cmp_a", 1),
		fullViewer("vwr_a", "cmp_a", 1), progress, fullSighting("cmp_a", "lnk_a", "whatsapp"), event)
	s := open(t, ticking())
	fill(t, s)
	look := func(tx release.Tx) error {
		c, err := tx.Campaign("cmp_a")
		same(t, "campaign", must(t, c, err), fullCampaign("cmp_a"))
		list, err := tx.Campaigns()
		same(t, "campaigns", must(t, list, err), []release.Campaign{fullCampaign("cmp_a")})
		a, err := tx.Asset("ast_a")
		same(t, "asset", must(t, a, err), fullAsset("ast_a", "cmp_a", 1))
		l, err := tx.Link("lnk_a")
		same(t, "link", must(t, l, err), fullLink("lnk_a", "cmp_a", 1))
		l, err = tx.LinkByNo("cmp_a", 1)
		same(t, "link by number", must(t, l, err), fullLink("lnk_a", "cmp_a", 1))
		v, err := tx.Viewer("vwr_a")
		same(t, "viewer", must(t, v, err), fullViewer("vwr_a", "cmp_a", 1))
		v, err = tx.ViewerByNo("cmp_a", 1)
		same(t, "viewer by number", must(t, v, err), fullViewer("vwr_a", "cmp_a", 1))
		for _, candidate := range []string{"cand-vwr_a", "more-vwr_a"} {
			v, err = tx.ViewerByCandidate("cmp_a", candidate)
			same(t, "viewer by "+candidate, must(t, v, err), fullViewer("vwr_a", "cmp_a", 1))
		}
		p, err := tx.Progress("vwr_a")
		same(t, "progress", must(t, p, err), fullProgress("vwr_a", "cmp_a"))
		rows, err := tx.Sightings("lnk_a")
		same(t, "sightings", must(t, rows, err), []release.Sighting{fullSighting("cmp_a", "lnk_a", "whatsapp")})
		want := fullEvent()
		want.Seq = 1
		err = tx.Events("cmp_a", 0, func(e release.Event) bool { same(t, "event", e, want); return true })
		return err
	}
	view(t, s, look)
	update(t, s, look)
	clean(t, s)
}

// notFound: a getter that finds nothing says so, a list is empty.
func notFound(t *testing.T, open Opener) {
	s := open(t, ticking())
	for _, filled := range []bool{false, true} {
		if filled {
			fill(t, s)
		}
		look := func(tx release.Tx) error {
			for name, err := range map[string]error{
				"campaign":            fault(tx.Campaign("cmp_x")),
				"asset":               fault(tx.Asset("ast_x")),
				"link":                fault(tx.Link("lnk_x")),
				"link by number":      fault(tx.LinkByNo("cmp_a", 2)),
				"link by 0":           fault(tx.LinkByNo("cmp_a", 0)),
				"viewer":              fault(tx.Viewer("vwr_x")),
				"viewer by number":    fault(tx.ViewerByNo("cmp_x", 1)),
				"viewer by candidate": fault(tx.ViewerByCandidate("cmp_a", "nobody")),
				"viewer by nothing":   fault(tx.ViewerByCandidate("cmp_a", "")),
				"candidate elsewhere": fault(tx.ViewerByCandidate("cmp_b", "cand-vwr_a")),
				"progress":            fault(tx.Progress("vwr_x")),
				"blob":                fault(tx.Blob("kind", "nothing")),
				"blob of kind":        fault(tx.Blob("other", "key")),
			} {
				if !release.Is(err, release.NotFound) {
					t.Errorf("%s that is not there: %v", name, err)
				}
			}
			assets, err := tx.Assets("cmp_x")
			same(t, "assets", len(must(t, assets, err)), 0)
			links, err := tx.LinksOf("vwr_x")
			same(t, "links of", len(must(t, links, err)), 0)
			viewers, err := tx.ViewersBy("lnk_x")
			same(t, "viewers by", len(must(t, viewers, err)), 0)
			rows, err := tx.Sightings("lnk_x")
			same(t, "sightings", len(must(t, rows, err)), 0)
			for _, err := range []error{
				tx.Links("cmp_x", 0, func(release.Link) bool { t.Error("a link"); return true }),
				tx.Viewers("cmp_x", 0, func(release.Viewer) bool { t.Error("a viewer"); return true }),
				tx.Events("cmp_x", 0, func(release.Event) bool { t.Error("an event"); return true }),
				tx.SightingsOf("cmp_x", func(release.Sighting) bool { t.Error("a sighting"); return true }),
				tx.Blobs("other", "", func(string, []byte) bool { t.Error("a blob"); return true }),
			} {
				if err != nil {
					t.Errorf("an empty list: %v", err)
				}
			}
			return nil
		}
		view(t, s, look)
		update(t, s, look)
	}
	// Deleting what is not there is no error.
	update(t, s, func(tx release.Tx) error {
		if err := tx.DeleteBlob("kind", "nothing"); err != nil {
			return err
		}
		return tx.DeleteAsset("ast_x")
	})
}

func fault[T any](_ T, err error) error { return err }

// values: what a getter gave belongs to the caller, and so does what was put.
func values(t *testing.T, open Opener) {
	s := open(t, ticking())
	fill(t, s)
	spoil := func(tx release.Tx) error {
		c, _ := tx.Campaign("cmp_a")
		c.Hosts[0] = "spoiled"
		a, _ := tx.Asset("ast_a")
		a.Captions[0].Ref, a.Leaves[0], a.Sizes[0].Ref = "spoiled", "spoiled", "spoiled"
		v, _ := tx.Viewer("vwr_a")
		v.Browsers[0].How, v.Reserved[0] = "spoiled", "spoiled"
		p, _ := tx.Progress("vwr_a")
		p.Assets[0].Spans[0].To, p.Assets[1].Pages[1] = 99, 99
		b, _ := tx.Blob("kind", "key")
		b[0] = 'X'
		return tx.Blobs("kind", "", func(_ string, value []byte) bool { value[0] = 'Y'; return true })
	}
	update(t, s, spoil)
	view(t, s, spoil)
	update(t, s, func(tx release.Tx) error {
		c, v, value := fullCampaign("cmp_a"), fullViewer("vwr_a", "cmp_a", 1), []byte("value")
		p := fullProgress("vwr_a", "cmp_a")
		if err := tx.PutCampaign(c); err != nil {
			return err
		}
		if err := tx.PutViewer(v); err != nil {
			return err
		}
		if err := tx.PutProgress(p); err != nil {
			return err
		}
		if err := tx.PutBlob("kind", "key", value); err != nil {
			return err
		}
		c.Hosts[0], v.Reserved[0], value[0], p.Assets[1].Pages[1] = "spoiled", "spoiled", 'X', 99
		return spoil(tx)
	})
	look := func(tx release.Tx) error {
		c, err := tx.Campaign("cmp_a")
		same(t, "campaign", must(t, c, err), fullCampaign("cmp_a"))
		v, err := tx.Viewer("vwr_a")
		same(t, "viewer", must(t, v, err), fullViewer("vwr_a", "cmp_a", 1))
		p, err := tx.Progress("vwr_a")
		same(t, "progress", must(t, p, err), fullProgress("vwr_a", "cmp_a"))
		b, err := tx.Blob("kind", "key")
		same(t, "blob", string(must(t, b, err)), "value")
		return nil
	}
	view(t, s, look)
	update(t, s, look) // a writer may keep rows decoded: those were not spoiled either
}
