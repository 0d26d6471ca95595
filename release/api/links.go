package api

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"passalong/release"
	"passalong/tokens"
)

// Link is a link as the API shows it.
type Link struct {
	ID        release.LinkID   `json:"id"`
	No        uint32           `json:"no"`
	Kind      release.LinkKind `json:"kind" enum:"seed,door,share,group"`
	URL       string           `json:"url,omitempty"`
	Name      string           `json:"name"`
	Contact   string           `json:"contact"`
	Cohort    string           `json:"cohort"`
	Channel   release.Channel  `json:"channel"`
	Seats     int              `json:"seats"`
	Claimed   int              `json:"claimed"`
	Copies    int              `json:"copies"`
	State     string           `json:"state" enum:"waiting,opened,revoked,paused"`
	Test      bool             `json:"test"`
	Sharer    release.ViewerID `json:"sharer,omitempty"`
	Minted    time.Time        `json:"minted"`
	Sent      *time.Time       `json:"sent"`
	Generated int              `json:"generation" doc:"Generation of who claims it."`
}

// LinkURL gives the address of a link below a base such as https://clip.example.
func (a *API) LinkURL(base string, l release.Link) (string, error) {
	token, err := a.Keys.SignWith(l.Kid, tokens.Claims{Purpose: tokens.Link, ID: release.Bare(l.ID), Expires: l.Expiry()})
	return base + "/r/" + token, err
}

// base is where a campaign's links lead: asked for, its own host, or ours.
func (a *API) base(c release.Campaign, asked string) (string, error) {
	if asked == "" {
		if len(c.Hosts) > 0 {
			asked = c.Hosts[0]
		} else {
			return a.Site.Base(), nil
		}
	}
	if !strings.Contains(asked, "://") {
		asked = a.Site.Scheme() + "://" + asked
	}
	u, err := url.Parse(strings.TrimRight(asked, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return "", release.Bad("base", "link.base", "value", asked)
	}
	return u.String(), nil
}

func (a *API) showLink(base string, l release.Link) Link {
	out := Link{ID: l.ID, No: l.No, Kind: l.Kind, Name: l.Recipient.Name, Contact: l.Recipient.Contact, Cohort: l.Recipient.Cohort,
		Channel: l.Channel, Seats: l.Seats, Claimed: l.Claimed, Copies: l.Copies, Test: l.Test, Sharer: l.Sharer,
		Minted: l.Minted, Sent: instant(l.Sent), Generated: l.Depth, State: "waiting"}
	switch {
	case !l.Revoked.IsZero():
		out.State = "revoked"
	case !l.Paused.IsZero():
		out.State = "paused"
	case l.Claimed > 0:
		out.State = "opened"
	}
	if u, err := a.LinkURL(base, l); err == nil { // a revoked key's links open nothing and have no address
		out.URL = u
	}
	return out
}

type linkBody struct{ Body Link }

// LinkPath names a link.
type LinkPath struct {
	Link release.LinkID `path:"link"`
}

func (a *API) linkRoutes() {
	const tag = "Links"
	add(a, release.ScopeRead, huma.Operation{OperationID: "list-links", Method: http.MethodGet, Path: "/api/v1/campaigns/{id}/links",
		Summary: "List links", Description: "By number; `next` is the cursor of the following page.", Tags: []string{tag}}, a.listLinks)
	add(a, release.ScopeRead, huma.Operation{OperationID: "read-link", Method: http.MethodGet, Path: "/api/v1/links/{link}",
		Summary: "Read a link", Tags: []string{tag}},
		func(ctx context.Context, in *LinkPath) (*linkBody, error) {
			l, c, err := a.Service.Link(ctx, in.Link)
			return a.linkAnswer(c, l, err)
		})
	add(a, release.ScopeWrite, huma.Operation{OperationID: "mark-sent", Method: http.MethodPost, Path: "/api/v1/links/{link}/sent",
		Summary: "Note that a seed was sent", Tags: []string{tag}},
		func(ctx context.Context, in *struct {
			LinkPath
			Body struct {
				Channel string `json:"channel,omitempty" example:"whatsapp"`
			}
		}) (*linkBody, error) {
			by, ok := release.ParseChannel(in.Body.Channel)
			if !ok {
				return nil, release.Bad("channel", "channel.unknown", "value", in.Body.Channel)
			}
			l, err := a.Service.MarkSent(ctx, in.Link, by)
			return a.linkAgain(ctx, l.ID, err)
		})
	for _, on := range []bool{true, false} {
		word, summary := "restore", "Let a link and everything below it open again"
		if on {
			word, summary = "revoke", "End a link and everything below it"
		}
		add(a, release.ScopeWrite, huma.Operation{OperationID: word + "-link", Method: http.MethodPost, Path: "/api/v1/links/{link}/" + word,
			Summary: summary, Tags: []string{tag}},
			func(ctx context.Context, in *LinkPath) (*linkBody, error) {
				l, err := a.Service.RevokeLink(ctx, in.Link, on)
				return a.linkAgain(ctx, l.ID, err)
			})
	}
	a.plain(release.ScopeRead, huma.Operation{OperationID: "links-csv", Method: http.MethodGet, Path: "/api/v1/campaigns/{id}/links.csv",
		Summary: "Every seed with its link, for a mail merge", Description: "`?base=https://clip.example` prints them under another address.", Tags: []string{tag}}, a.linksCSV)
}

func (a *API) linkAgain(ctx context.Context, id release.LinkID, err error) (*linkBody, error) {
	if err != nil {
		return nil, err
	}
	l, c, err := a.Service.Link(ctx, id)
	return a.linkAnswer(c, l, err)
}

func (a *API) linkAnswer(c release.Campaign, l release.Link, err error) (*linkBody, error) {
	if err != nil {
		return nil, err
	}
	base, err := a.base(c, "")
	return &linkBody{a.showLink(base, l)}, err
}

func (a *API) listLinks(ctx context.Context, in *struct {
	CampaignPath
	After  uint32 `query:"after" doc:"Number of the last link seen."`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Kind   string `query:"kind" enum:"seed,door,share,group,"`
	State  string `query:"state" enum:"waiting,opened,revoked,"`
	Cohort string `query:"cohort"`
	Q      string `query:"q" doc:"Part of a recipient's name or contact."`
	Base   string `query:"base" doc:"Another address for the links."`
}) (*struct {
	Body struct {
		Links []Link `json:"links"`
		Next  uint32 `json:"next" doc:"0 = there are no more."`
	}
}, error) {
	c, err := a.Service.Campaign(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	base, err := a.base(c, in.Base)
	if err != nil {
		return nil, err
	}
	q := strings.ToLower(in.Q)
	links, err := a.Service.Links(ctx, in.ID, in.After, in.Limit, func(l release.Link) bool {
		return (in.Kind == "" || string(l.Kind) == in.Kind) && (in.Cohort == "" || l.Recipient.Cohort == in.Cohort) &&
			(in.State == "" || a.showState(l) == in.State) &&
			(q == "" || strings.Contains(strings.ToLower(l.Recipient.Name+" "+l.Recipient.Contact), q))
	})
	if err != nil {
		return nil, err
	}
	out := &struct {
		Body struct {
			Links []Link `json:"links"`
			Next  uint32 `json:"next" doc:"0 = there are no more."`
		}
	}{}
	out.Body.Links = []Link{}
	for _, l := range links {
		out.Body.Links = append(out.Body.Links, a.showLink(base, l))
	}
	if len(links) == in.Limit {
		out.Body.Next = links[len(links)-1].No
	}
	return out, nil
}

func (a *API) showState(l release.Link) string {
	switch {
	case !l.Revoked.IsZero():
		return "revoked"
	case l.Claimed > 0:
		return "opened"
	}
	return "waiting"
}

func (a *API) linksCSV(w http.ResponseWriter, r *http.Request) error {
	c, err := a.Service.Campaign(r.Context(), release.CampaignID(r.PathValue("id")))
	if err != nil {
		return err
	}
	base, err := a.base(c, r.URL.Query().Get("base"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	out := csv.NewWriter(w)
	_ = out.Write([]string{"name", "contact", "channel", "cohort", "link"}) // Flush tells
	after := uint32(0)
	for {
		links, err := a.Service.Links(r.Context(), c.ID, after, 1000, func(l release.Link) bool { return l.Sharer == "" })
		if err != nil {
			return err
		}
		for _, l := range links {
			after = l.No
			if u := a.showLink(base, l).URL; u != "" && l.Revoked.IsZero() {
				_ = out.Write([]string{release.SafeCell(l.Recipient.Name), release.SafeCell(l.Recipient.Contact), l.Channel.String(),
					release.SafeCell(l.Recipient.Cohort), u})
			}
		}
		if out.Flush(); out.Error() != nil || len(links) < 1000 {
			return out.Error()
		}
	}
}
