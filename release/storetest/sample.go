package storetest

import (
	"time"

	"passalong/release"
)

// Full rows: every field set, so that one forgotten by a store shows.

func hour(n int) time.Time { return start.Add(time.Duration(n)*time.Hour + 123456*time.Microsecond) }

func fullCampaign(id release.CampaignID) release.Campaign {
	return release.Campaign{
		ID: id, Title: "Été — «\u202fSocial Club\u202f» 🎤", By: "Oxmo", Message: "Pour toi", Intro: "Une ligne",
		Accent: "#aa3311", Lang: "fr", Tone: "tu", TZ: "Europe/Paris", Then: "https://example.org/",
		Hosts: []string{"clip.example.org", "b.example.org"}, Privacy: release.Named,
		Shares: 10, Generations: 3, Copies: 5, GroupSeats: 30,
		Opens: hour(1), Closes: hour(97), For: 96*time.Hour + time.Nanosecond, Paused: hour(2), Deleted: hour(3), Created: hour(0),
		Version: 7, Poster: "m/poster", Card: "m/card", Cuts: 2,
		Legal: release.Legal{Publisher: "P", Director: "D", Host: "H", Contact: "c@example.org"},
	}
}

func fullAsset(id release.AssetID, campaign release.CampaignID, no uint8) release.Asset {
	return release.Asset{
		ID: id, Campaign: campaign, No: no, Kind: release.Video, Name: "clip.mp4", Title: "Clip", MIME: "video/mp4",
		Ref: "m/1", SHA256: "ab12", Bytes: 1 << 40, Duration: 213.04, Width: 1920, Height: 1080, Pages: 10,
		Captions: []release.Caption{{Lang: "fr", Ref: "m/fr"}, {Lang: "en", Ref: "m/en"}},
		Sizes:    []release.Rendition{{Height: 480, Ref: "m/480", Bytes: 99}},
		Leaves:   []string{"m/p1", "m/p2"}, Poster: "m/frame", Added: hour(4),
	}
}

func fullLink(id release.LinkID, campaign release.CampaignID, no uint32) release.Link {
	return release.Link{
		ID: id, No: no, Campaign: campaign, Kind: release.Share,
		Recipient: release.Recipient{Name: "أنا 🙂", Contact: "+33 6", Cohort: "paris"}, Channel: release.WhatsApp,
		Seats: 3, Claimed: 2, Copies: 1, First: "vwr_first", Sharer: release.ViewerID("vwr_sharer_" + campaign), Depth: 4, Test: true, Kid: "k1",
		Expires: 1893456000, Minted: hour(1), Sent: hour(2), Shared: hour(3), Returned: hour(4), Revoked: hour(5), Paused: hour(6),
	}
}

func fullViewer(id release.ViewerID, campaign release.CampaignID, no uint32) release.Viewer {
	return release.Viewer{
		ID: id, No: no, Campaign: campaign, Link: release.LinkID("lnk_in_" + campaign), LinkNo: 9, Parent: "vwr_parent", ParentNo: 8, Generation: 5,
		Copied: true, Test: true, Internal: true, Inferred: true, Channel: release.QR, Class: "iPhone, Instagram’s browser",
		Candidate: "cand-" + string(id),
		Browsers:  []release.Browser{{Candidate: "more-" + string(id), How: "asked", Since: hour(7)}},
		Claimed:   hour(1), Viewed: hour(2), Returned: hour(3), SeatLost: hour(4), Quota: 2, Shares: 3, Groups: 1,
		Reserved: []release.LinkID{"lnk_r1", "lnk_r2"}, Revoked: hour(5), Paused: hour(6), Erased: hour(7),
	}
}

func fullProgress(viewer release.ViewerID, campaign release.CampaignID) release.Progress {
	return release.Progress{
		Viewer: viewer, Campaign: campaign, Updated: hour(8),
		Assets: []release.AssetProgress{
			{Asset: 1, Spans: []release.Span{{From: 0, To: 3.25}, {From: 10, To: 11}}, Quarter: 25, Position: 11,
				Plays: []release.Play{{ID: "p1", Spans: []release.Span{{From: 1, To: 2}}, Pages: map[int]float64{3: 1.5}}, {ID: "p2", Counted: true}}},
			{Asset: 2, Pages: map[int]float64{1: 2.5, 7: 0.1}},
		},
	}
}

func fullSighting(campaign release.CampaignID, link release.LinkID, class string) release.Sighting {
	return release.Sighting{Campaign: campaign, Link: link, LinkNo: 3, Kind: release.SightPreview, Class: class, Count: 4,
		First: hour(1), Last: hour(2)}
}

func fullEvent() release.Event {
	return release.Event{At: hour(1), Kind: release.Claimed, Channel: release.Email, Flags: release.FlagCopied | release.FlagLate,
		Asset: 200, Viewer: 1<<32 - 1, Parent: 7, Link: 8, Value: 1 << 31}
}
