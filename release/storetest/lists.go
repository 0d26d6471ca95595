package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"passalong/release"
)

// order: lists run in the order said, whatever order rows came in.
func order(t *testing.T, open Opener) {
	s := open(t, ticking())
	update(t, s, func(tx release.Tx) error {
		for i, id := range []release.CampaignID{"cmp_c", "cmp_a", "cmp_b"} {
			if err := tx.PutCampaign(release.Campaign{ID: id, Created: start.Add(time.Duration(i) * time.Hour)}); err != nil {
				return err
			}
		}
		for _, no := range []uint8{200, 1, 17} {
			if err := tx.PutAsset(release.Asset{ID: release.AssetID(fmt.Sprintf("ast_%d", 255-no)), Campaign: "cmp_a", No: no}); err != nil {
				return err
			}
		}
		for _, no := range []uint32{300, 1, 70000, 256, 2} {
			id := fmt.Sprint(1<<20 - no)
			if err := tx.PutLink(release.Link{ID: release.LinkID("lnk_" + id), Campaign: "cmp_a", No: no, Kind: release.Share, Sharer: "vwr_s"}); err != nil {
				return err
			}
			if err := tx.PutViewer(release.Viewer{ID: release.ViewerID("vwr_" + id), Campaign: "cmp_a", No: no, Link: "lnk_l"}); err != nil {
				return err
			}
		}
		return nil
	})
	look := func(tx release.Tx) error {
		list, err := tx.Campaigns()
		var ids []release.CampaignID
		for _, c := range must(t, list, err) {
			ids = append(ids, c.ID)
		}
		same(t, "campaigns, oldest first", ids, []release.CampaignID{"cmp_c", "cmp_a", "cmp_b"})
		assets, err := tx.Assets("cmp_a")
		var nos []uint8
		for _, a := range must(t, assets, err) {
			nos = append(nos, a.No)
		}
		same(t, "assets", nos, []uint8{1, 17, 200})
		want := []uint32{1, 2, 256, 300, 70000}
		links, err := tx.LinksOf("vwr_s")
		same(t, "links of", linkNos(must(t, links, err)), want)
		viewers, err := tx.ViewersBy("lnk_l")
		same(t, "viewers by", viewerNos(must(t, viewers, err)), want)
		for after, rest := range map[uint32][]uint32{0: want, 1: want[1:], 255: want[2:], 256: want[3:], 70000: nil, 1<<32 - 1: nil} {
			links, viewers = nil, nil
			if err := tx.Links("cmp_a", after, func(l release.Link) bool { links = append(links, l); return true }); err != nil {
				return err
			}
			same(t, fmt.Sprint("links after ", after), linkNos(links), rest)
			if err := tx.Viewers("cmp_a", after, func(v release.Viewer) bool { viewers = append(viewers, v); return true }); err != nil {
				return err
			}
			same(t, fmt.Sprint("viewers after ", after), viewerNos(viewers), rest)
		}
		return nil
	}
	view(t, s, look)
	update(t, s, look)
	clean(t, s)
}

func linkNos(links []release.Link) (nos []uint32) {
	for _, l := range links {
		nos = append(nos, l.No)
	}
	return nos
}

func viewerNos(viewers []release.Viewer) (nos []uint32) {
	for _, v := range viewers {
		nos = append(nos, v.No)
	}
	return nos
}

// paging: lists stop when told, and pages put together are the whole.
func paging(t *testing.T, open Opener) {
	s := open(t, ticking())
	const rows = 57
	update(t, s, func(tx release.Tx) error {
		for i := uint32(1); i <= rows; i++ {
			if err := tx.PutLink(release.Link{ID: release.LinkID(fmt.Sprintf("lnk_%d", i)), Campaign: "cmp_a", No: i}); err != nil {
				return err
			}
			// A neighbour by name: its rows must never appear.
			if err := tx.PutLink(release.Link{ID: release.LinkID(fmt.Sprintf("lnk_n%d", i)), Campaign: "cmp_a2", No: i}); err != nil {
				return err
			}
			for range 2 {
				if err := tx.Append("cmp_a", release.Event{Kind: release.Minted, Link: i, At: tx.Now()}); err != nil {
					return err
				}
			}
			if err := tx.Append("cmp_a2", release.Event{Kind: release.Viewed, Link: i, At: tx.Now()}); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, s, func(tx release.Tx) error {
		var nos []uint32
		for after := uint32(0); ; {
			n := 0
			err := tx.Links("cmp_a", after, func(l release.Link) bool {
				nos, after, n = append(nos, l.No), l.No, n+1
				return n < 10
			})
			if err != nil {
				return err
			}
			if n > 10 {
				t.Fatalf("the list went on after it was told to stop: %d", n)
			}
			if n < 10 {
				break
			}
		}
		if len(nos) != rows || !slices.IsSorted(nos) {
			t.Errorf("pages give %v", nos)
		}
		seq := uint64(0)
		for range 2*rows + 1 {
			err := tx.Events("cmp_a", seq, func(e release.Event) bool {
				if e.Seq != seq+1 || e.Kind != release.Minted {
					t.Errorf("event %+v behind %d", e, seq)
				}
				seq = e.Seq
				return false
			})
			if err != nil {
				return err
			}
		}
		same(t, "events", seq, uint64(2*rows))
		return nil
	})
}

// moves: indexes follow a row that changes.
func moves(t *testing.T, open Opener) {
	s := open(t, ticking())
	put := func(change func(*release.Link, *release.Viewer, *release.Asset)) {
		t.Helper()
		update(t, s, func(tx release.Tx) error {
			l := release.Link{ID: "lnk_a", Campaign: "cmp_a", No: 1, Kind: release.Reserved, Sharer: "vwr_s"}
			v := release.Viewer{ID: "vwr_a", Campaign: "cmp_a", No: 1, Link: "lnk_1", Candidate: "one"}
			a := release.Asset{ID: "ast_a", Campaign: "cmp_a", No: 1}
			change(&l, &v, &a)
			if err := tx.PutLink(l); err != nil {
				return err
			}
			if err := tx.PutAsset(a); err != nil {
				return err
			}
			return tx.PutViewer(v)
		})
		clean(t, s)
	}
	count := func(sharer release.ViewerID, link release.LinkID, candidate string) (got [3]int) {
		view(t, s, func(tx release.Tx) error {
			links, err := tx.LinksOf(sharer)
			viewers, err2 := tx.ViewersBy(link)
			got = [3]int{len(must(t, links, err)), len(must(t, viewers, err2)), 0}
			if _, err := tx.ViewerByCandidate("cmp_a", candidate); err == nil {
				got[2] = 1
			} else if !release.Is(err, release.NotFound) {
				t.Error(err)
			}
			return nil
		})
		return got
	}
	put(func(*release.Link, *release.Viewer, *release.Asset) {})
	same(t, "a reserved link is in no list", count("vwr_s", "lnk_1", "one"), [3]int{0, 1, 1})
	put(func(l *release.Link, v *release.Viewer, a *release.Asset) {
		l.Kind, a.No = release.Share, 2
		v.Link, v.Candidate, v.Browsers = "lnk_2", "two", []release.Browser{{Candidate: "one"}, {Candidate: "three"}}
	})
	same(t, "handed on, seen in more browsers", count("vwr_s", "lnk_2", "one"), [3]int{1, 1, 1})
	same(t, "the old link", count("vwr_s", "lnk_1", "three"), [3]int{1, 0, 1})
	put(func(l *release.Link, v *release.Viewer, _ *release.Asset) {
		l.Kind, l.Sharer = release.Group, "vwr_t"
		v.Candidate = ""
	})
	same(t, "another sharer, erased", count("vwr_s", "lnk_1", "two"), [3]int{0, 1, 0})
	same(t, "its browsers", count("vwr_t", "lnk_1", "three"), [3]int{1, 1, 0})
	update(t, s, func(tx release.Tx) error { return tx.DeleteAsset("ast_a") })
	view(t, s, func(tx release.Tx) error {
		assets, err := tx.Assets("cmp_a")
		same(t, "assets", len(must(t, assets, err)), 0)
		return nil
	})
	clean(t, s)
}

// unique: a browser is one viewer of a campaign, by whichever column.
func unique(t *testing.T, open Opener) {
	s := open(t, ticking())
	mk := func(id string, no uint32, campaign release.CampaignID, candidate string, more ...string) release.Viewer {
		v := release.Viewer{ID: release.ViewerID(id), Campaign: campaign, No: no, Candidate: candidate}
		for _, m := range more {
			v.Browsers = append(v.Browsers, release.Browser{Candidate: m})
		}
		return v
	}
	put := func(v release.Viewer) release.Kind {
		return release.KindOf(s.Update(t.Context(), func(tx release.Tx) error { return tx.PutViewer(v) }))
	}
	for _, c := range []struct {
		what string
		v    release.Viewer
		want release.Kind
	}{
		{"first", mk("vwr_a", 1, "cmp_a", "x", "y"), ""},
		{"the same claim again", mk("vwr_b", 2, "cmp_a", "x"), release.Conflict},
		{"claims in a further browser", mk("vwr_b", 2, "cmp_a", "y"), release.Conflict},
		{"asks for a claimer's browser", mk("vwr_b", 2, "cmp_a", "z", "x"), release.Conflict},
		{"asks for another's browser", mk("vwr_b", 2, "cmp_a", "z", "y"), release.Conflict},
		{"itself", mk("vwr_a", 1, "cmp_a", "y", "x", "x"), ""},
		{"another campaign", mk("vwr_c", 1, "cmp_b", "x"), ""},
		{"nobody's", mk("vwr_b", 2, "cmp_a", "z"), ""},
		{"no browser at all", mk("vwr_d", 3, "cmp_a", ""), ""},
		{"no browser either", mk("vwr_e", 4, "cmp_a", ""), ""},
	} {
		if got := put(c.v); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	clean(t, s)
}

// blobs: key order, prefixes, kinds apart, any bytes.
func blobs(t *testing.T, open Opener) {
	s := open(t, ticking())
	keys := []string{"a", "a/1", "a/10", "a/2", "a0", "b", "é", "a/\x01"}
	long := string(make([]byte, 0)) + fmt.Sprintf("%0200d", 7)
	update(t, s, func(tx release.Tx) error {
		for _, k := range append(keys, long) {
			if err := tx.PutBlob("k", k, []byte("v:"+k)); err != nil {
				return err
			}
		}
		if err := tx.PutBlob("k", "empty", nil); err != nil {
			return err
		}
		if err := tx.PutBlob("k2", "a/3", []byte{0, 255, 0}); err != nil {
			return err
		}
		if err := tx.PutBlob("k", "gone", []byte("x")); err != nil {
			return err
		}
		if err := tx.DeleteBlob("k", "gone"); err != nil {
			return err
		}
		return tx.PutBlob("k", "b", []byte("changed"))
	})
	view(t, s, func(tx release.Tx) error {
		for prefix, want := range map[string][]string{
			"":   {long, "a", "a/\x01", "a/1", "a/10", "a/2", "a0", "b", "empty", "é"},
			"a/": {"a/\x01", "a/1", "a/10", "a/2"}, "a/1": {"a/1", "a/10"}, "zz": nil, "é": {"é"},
		} {
			var got []string
			err := tx.Blobs("k", prefix, func(key string, value []byte) bool {
				got = append(got, key)
				if key != "b" && key != "empty" && string(value) != "v:"+key {
					t.Errorf("%q is %q", key, value)
				}
				return true
			})
			if err != nil {
				return err
			}
			slices.Sort(want)
			same(t, "prefix "+prefix, got, want)
		}
		b, err := tx.Blob("k", "b")
		same(t, "changed", string(must(t, b, err)), "changed")
		b, err = tx.Blob("k", "empty")
		same(t, "empty", len(must(t, b, err)), 0)
		b, err = tx.Blob("k2", "a/3")
		same(t, "bytes", must(t, b, err), []byte{0, 255, 0})
		return nil
	})
	clean(t, s)
}

// sightings: merged by their writer, listed by link.
func sightings(t *testing.T, open Opener) {
	s := open(t, ticking())
	for range 2 { // the second time the rows are replaced
		update(t, s, func(tx release.Tx) error {
			for _, link := range []release.LinkID{"lnk_b", "lnk_a", "lnk_a2"} {
				for _, class := range []string{"whatsapp", "browser", ""} {
					if err := tx.PutSighting(fullSighting("cmp_a", link, class)); err != nil {
						return err
					}
				}
			}
			return tx.PutSighting(fullSighting("cmp_b", "lnk_z", "other"))
		})
	}
	view(t, s, func(tx release.Tx) error {
		rows, err := tx.Sightings("lnk_a")
		same(t, "of one link", len(must(t, rows, err)), 3)
		var links []release.LinkID
		n := 0
		err = tx.SightingsOf("cmp_a", func(row release.Sighting) bool {
			n++
			if len(links) == 0 || links[len(links)-1] != row.Link {
				links = append(links, row.Link)
			}
			return true
		})
		same(t, "all", n, 9)
		same(t, "each link's together", len(links), 3)
		n = 0
		if err := tx.SightingsOf("cmp_a", func(release.Sighting) bool { n++; return n < 4 }); err != nil {
			return err
		}
		same(t, "stopped", n, 4)
		return err
	})
	clean(t, s)
}

// writeWhileListing: a list goes on rightly while its rows change under it.
func writeWhileListing(t *testing.T, open Opener) {
	s := open(t, ticking())
	const rows = 300
	update(t, s, func(tx release.Tx) error {
		for i := uint32(1); i <= rows; i++ {
			if err := tx.PutLink(release.Link{ID: release.LinkID(fmt.Sprintf("lnk_%d", i)), Campaign: "cmp_a", No: i, Kind: release.Seed}); err != nil {
				return err
			}
		}
		return nil
	})
	update(t, s, func(tx release.Tx) error {
		var nos []uint32
		var inner error
		err := tx.Links("cmp_a", 0, func(l release.Link) bool {
			nos = append(nos, l.No)
			l.Recipient.Name = fmt.Sprintf("a name that makes the row much longer than it was %d", l.No)
			inner = tx.PutLink(l)
			return inner == nil
		})
		if len(nos) != rows || !slices.IsSorted(nos) {
			t.Errorf("%d links listed while they changed", len(nos))
		}
		if inner != nil {
			return inner
		}
		return err
	})
	// Rows that were written in the same transaction, removed under the list.
	update(t, s, func(tx release.Tx) error {
		for i := range rows {
			if err := tx.PutBlob("k", fmt.Sprintf("%04d", i), nil); err != nil {
				return err
			}
		}
		n := 0
		var inner error
		err := tx.Blobs("k", "", func(key string, _ []byte) bool {
			n++
			inner = tx.DeleteBlob("k", key)
			return inner == nil
		})
		same(t, "listed while they went", n, rows)
		if inner != nil {
			return inner
		}
		return err
	})
	view(t, s, func(tx release.Tx) error {
		return tx.Blobs("k", "", func(key string, _ []byte) bool { t.Errorf("%s is left", key); return true })
	})
	clean(t, s)
}
