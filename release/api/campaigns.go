package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"passalong/release"
)

// Campaign is a campaign as the API shows it.
type Campaign struct {
	ID          release.CampaignID `json:"id" example:"cmp_0mmxkq0a3x7d1f9s8h2k4p"`
	Title       string             `json:"title"`
	By          string             `json:"by" doc:"The artist or publisher."`
	Message     string             `json:"message" doc:"What a fan sends with a link; empty = the language's own words."`
	Intro       string             `json:"intro"`
	Accent      string             `json:"accent" example:"#C2410C"`
	Lang        string             `json:"lang" enum:"en,fr"`
	Tone        string             `json:"tone" enum:"tu,vous,"`
	TZ          string             `json:"tz" example:"Europe/Paris"`
	Then        string             `json:"then" doc:"Where links lead after the close."`
	Hosts       []string           `json:"hosts"`
	Privacy     release.Privacy    `json:"privacy" enum:"pseudonymous,statistics,named"`
	Shares      int                `json:"shares" doc:"Shares per viewer."`
	Generations int                `json:"generations" doc:"0 = unlimited."`
	Copies      int                `json:"copies" doc:"Copied viewers tolerated per link; 0 = strict."`
	GroupSeats  int                `json:"group_seats"`
	State       release.State      `json:"state" enum:"draft,not_yet,open,paused,closed"`
	Opens       *time.Time         `json:"opens"`
	Closes      *time.Time         `json:"closes"`
	For         string             `json:"for" example:"96h0m0s"`
	Paused      *time.Time         `json:"paused"`
	Created     time.Time          `json:"created"`
	Version     int                `json:"version"`
	Legal       Legal              `json:"legal"`
}

// Legal is who answers for a campaign.
type Legal struct {
	Publisher string `json:"publisher"`
	Director  string `json:"director"`
	Host      string `json:"host"`
	Contact   string `json:"contact"`
}

// CampaignChange is what may be set; what is absent stays as it is.
type CampaignChange struct {
	Title       *string    `json:"title,omitempty" example:"Social Club"`
	By          *string    `json:"by,omitempty" example:"Oxmo Puccino"`
	Message     *string    `json:"message,omitempty"`
	Intro       *string    `json:"intro,omitempty"`
	Accent      *string    `json:"accent,omitempty" example:"#C2410C"`
	Lang        *string    `json:"lang,omitempty" example:"fr"`
	Tone        *string    `json:"tone,omitempty"`
	TZ          *string    `json:"tz,omitempty" example:"Europe/Paris"`
	Then        *string    `json:"then,omitempty" example:"https://example.org/clip"`
	Hosts       *[]string  `json:"hosts,omitempty"`
	Privacy     *string    `json:"privacy,omitempty"`
	Shares      *int       `json:"shares,omitempty"`
	Generations *int       `json:"generations,omitempty"`
	Copies      *int       `json:"copies,omitempty"`
	GroupSeats  *int       `json:"group_seats,omitempty"`
	Opens       *time.Time `json:"opens,omitempty"`
	Closes      *time.Time `json:"closes,omitempty"`
	For         *string    `json:"for,omitempty" example:"96h"`
	Legal       *Legal     `json:"legal,omitempty"`
}

func (a *API) show(c release.Campaign) Campaign {
	return Campaign{
		ID: c.ID, Title: c.Title, By: c.By, Message: c.Message, Intro: c.Intro, Accent: c.Accent, Lang: c.Lang,
		Tone: c.Tone, TZ: c.TZ, Then: c.Then, Hosts: orEmpty(c.Hosts), Privacy: c.Privacy, Shares: c.Shares,
		Generations: c.Generations, Copies: c.Copies, GroupSeats: c.GroupSeats, State: c.State(a.Now()),
		Opens: instant(c.Opens), Closes: instant(c.End()), For: c.For.String(), Paused: instant(c.Paused),
		Created: c.Created, Version: c.Version, Legal: Legal(c.Legal),
	}
}

// instant gives null for the zero time.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// apply writes a change into a campaign.
func (x CampaignChange) apply(c *release.Campaign) error {
	set(&c.Title, x.Title)
	set(&c.By, x.By)
	set(&c.Message, x.Message)
	set(&c.Intro, x.Intro)
	set(&c.Accent, x.Accent)
	set(&c.Lang, x.Lang)
	set(&c.Tone, x.Tone)
	set(&c.TZ, x.TZ)
	set(&c.Then, x.Then)
	set(&c.Hosts, x.Hosts)
	set(&c.Privacy, (*release.Privacy)(x.Privacy))
	set(&c.Shares, x.Shares)
	set(&c.Generations, x.Generations)
	set(&c.Copies, x.Copies)
	set(&c.GroupSeats, x.GroupSeats)
	if x.Opens != nil {
		c.Opens = x.Opens.UTC().Truncate(time.Microsecond)
	}
	if x.Closes != nil {
		c.Closes = x.Closes.UTC().Truncate(time.Microsecond)
	}
	if x.For != nil {
		d, err := time.ParseDuration(*x.For)
		if err != nil || d <= 0 {
			return release.Bad("for", "campaign.for")
		}
		c.For, c.Closes = d, time.Time{}
	}
	if x.Legal != nil {
		c.Legal = release.Legal(*x.Legal)
	}
	return nil
}

// CampaignPath names a campaign in an address. huma reads embedded fields of exported types only.
type CampaignPath struct {
	ID release.CampaignID `path:"id" example:"cmp_0mmxkq0a3x7d1f9s8h2k4p"`
}

type campaignBody struct{ Body Campaign }

func (a *API) campaignRoutes() {
	const tag = "Campaigns"
	add(a, release.ScopeWrite, huma.Operation{OperationID: "create-campaign", Method: http.MethodPost, Path: "/api/v1/campaigns",
		Summary: "Create a campaign", Description: "A draft with every default until it is released.", Tags: []string{tag}, DefaultStatus: 201},
		func(ctx context.Context, in *struct{ Body CampaignChange }) (*campaignBody, error) {
			c := release.NewCampaign("")
			if err := in.Body.apply(&c); err != nil {
				return nil, err
			}
			c.Opens = time.Time{} // only a release opens
			c, err := a.Service.CreateCampaign(ctx, c)
			return &campaignBody{a.show(c)}, err
		})
	add(a, release.ScopeRead, huma.Operation{OperationID: "list-campaigns", Method: http.MethodGet, Path: "/api/v1/campaigns",
		Summary: "List campaigns", Description: "Newest first.", Tags: []string{tag}},
		func(ctx context.Context, _ *struct{}) (*struct {
			Body struct {
				Campaigns []Campaign `json:"campaigns"`
			}
		}, error) {
			all, err := a.Service.Campaigns(ctx)
			out := &struct {
				Body struct {
					Campaigns []Campaign `json:"campaigns"`
				}
			}{}
			out.Body.Campaigns = []Campaign{}
			for _, c := range all {
				out.Body.Campaigns = append(out.Body.Campaigns, a.show(c))
			}
			return out, err
		})
	add(a, release.ScopeRead, huma.Operation{OperationID: "read-campaign", Method: http.MethodGet, Path: "/api/v1/campaigns/{id}",
		Summary: "Read a campaign", Tags: []string{tag}},
		func(ctx context.Context, in *CampaignPath) (*campaignBody, error) {
			c, err := a.Service.Campaign(ctx, in.ID)
			return &campaignBody{a.show(c)}, err
		})
	add(a, release.ScopeWrite, huma.Operation{OperationID: "change-campaign", Method: http.MethodPatch, Path: "/api/v1/campaigns/{id}",
		Summary: "Change a campaign", Description: "What is absent stays. Quotas, texts and dates change live.", Tags: []string{tag}},
		func(ctx context.Context, in *struct {
			CampaignPath
			Body CampaignChange
		}) (*campaignBody, error) {
			c, err := a.Service.ChangeCampaign(ctx, in.ID, func(c *release.Campaign, _ time.Time) error { return in.Body.apply(c) })
			return &campaignBody{a.show(c)}, err
		})
	add(a, release.ScopeWrite, huma.Operation{OperationID: "delete-campaign", Method: http.MethodDelete, Path: "/api/v1/campaigns/{id}",
		Summary: "Delete a campaign", Description: "With its links, viewers and numbers, for good.", Tags: []string{tag}, DefaultStatus: 204},
		func(ctx context.Context, in *CampaignPath) (*struct{}, error) {
			return nil, a.Service.DeleteCampaign(ctx, in.ID)
		})
	add(a, release.ScopeWrite, huma.Operation{OperationID: "release-campaign", Method: http.MethodPost, Path: "/api/v1/campaigns/{id}/release",
		Summary: "Release a campaign", Description: "Now, or at the time given. Refused without content.", Tags: []string{tag}},
		func(ctx context.Context, in *struct {
			CampaignPath
			Body struct {
				Opens time.Time `json:"opens,omitempty"`
			}
		}) (*campaignBody, error) {
			c, err := a.Service.Release(ctx, in.ID, in.Body.Opens)
			return &campaignBody{a.show(c)}, err
		})
	add(a, release.ScopeWrite, huma.Operation{OperationID: "pause-campaign", Method: http.MethodPost, Path: "/api/v1/campaigns/{id}/pause",
		Summary: "Pause a campaign or let it go on", Tags: []string{tag}},
		func(ctx context.Context, in *struct {
			CampaignPath
			Body struct {
				On        bool `json:"on"`
				MoveClose bool `json:"move_close,omitempty" doc:"When going on: the close moves by as long as the pause lasted."`
			}
		}) (*campaignBody, error) {
			c, err := a.Service.Pause(ctx, in.ID, in.Body.On, in.Body.MoveClose)
			return &campaignBody{a.show(c)}, err
		})
	add(a, release.ScopeWrite, huma.Operation{OperationID: "close-campaign", Method: http.MethodPost, Path: "/api/v1/campaigns/{id}/close",
		Summary: "Close a campaign now", Tags: []string{tag}},
		func(ctx context.Context, in *CampaignPath) (*campaignBody, error) {
			c, err := a.Service.CloseCampaign(ctx, in.ID)
			return &campaignBody{a.show(c)}, err
		})
}
