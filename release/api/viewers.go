package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"passalong/release"
)

// Viewer is a viewer as the API shows it: a pseudonym, never an address.
type Viewer struct {
	ID         release.ViewerID `json:"id"`
	No         uint32           `json:"no"`
	Parent     release.ViewerID `json:"parent,omitempty"`
	Link       release.LinkID   `json:"link"`
	Generation int              `json:"generation"`
	Channel    release.Channel  `json:"channel"`
	Copied     bool             `json:"copied"`
	Test       bool             `json:"test"`
	Internal   bool             `json:"internal"`
	Class      string           `json:"class"`
	Claimed    time.Time        `json:"claimed"`
	Viewed     *time.Time       `json:"viewed"`
	Shares     int              `json:"shares"`
	Revoked    *time.Time       `json:"revoked"`
	Erased     *time.Time       `json:"erased"`
}

func showViewer(v release.Viewer) Viewer {
	return Viewer{ID: v.ID, No: v.No, Parent: v.Parent, Link: v.Link, Generation: v.Generation, Channel: v.Channel,
		Copied: v.Copied, Test: v.Test, Internal: v.Internal, Class: v.Class, Claimed: v.Claimed, Viewed: instant(v.Viewed),
		Shares: v.Shares, Revoked: instant(v.Revoked), Erased: instant(v.Erased)}
}

// ViewerPath names a viewer.
type ViewerPath struct {
	Viewer release.ViewerID `path:"viewer"`
}

type viewerBody struct{ Body Viewer }

type viewersBody struct {
	Body struct {
		Viewers []Viewer `json:"viewers"`
		Next    uint32   `json:"next" doc:"0 = there are no more."`
	}
}

type chainBody struct {
	Body struct {
		Chain []release.Step `json:"chain" doc:"The viewer first, the seed's last."`
	}
}

func (a *API) viewerRoutes() {
	const tag = "Viewers"
	add(a, release.ScopeRead, huma.Operation{OperationID: "list-viewers", Method: http.MethodGet, Path: "/api/v1/campaigns/{id}/viewers",
		Summary: "List viewers", Description: "By number; a campaign in statistics mode shows none.", Tags: []string{tag}},
		func(ctx context.Context, in *struct {
			CampaignPath
			After uint32 `query:"after"`
			Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
		}) (*viewersBody, error) {
			list, err := a.Service.Viewers(ctx, in.ID, in.After, in.Limit)
			out := &viewersBody{}
			out.Body.Viewers = []Viewer{}
			for _, v := range list {
				out.Body.Viewers = append(out.Body.Viewers, showViewer(v))
			}
			if len(list) == in.Limit {
				out.Body.Next = list[len(list)-1].No
			}
			return out, err
		})
	add(a, release.ScopeRead, huma.Operation{OperationID: "read-viewer", Method: http.MethodGet, Path: "/api/v1/viewers/{viewer}",
		Summary: "Read a viewer", Tags: []string{tag}},
		func(ctx context.Context, in *ViewerPath) (*viewerBody, error) {
			v, err := a.Service.Viewer(ctx, in.Viewer)
			return &viewerBody{showViewer(v)}, err
		})
	add(a, release.ScopeRead, huma.Operation{OperationID: "read-chain", Method: http.MethodGet, Path: "/api/v1/viewers/{viewer}/chain",
		Summary: "The chain of one viewer", Description: "From the viewer up to the seed.", Tags: []string{tag}},
		func(ctx context.Context, in *ViewerPath) (*chainBody, error) {
			steps, err := a.Service.Chain(ctx, in.Viewer)
			out := &chainBody{}
			out.Body.Chain = orEmpty(steps)
			return out, err
		})
	for word, act := range map[string]struct {
		summary string
		do      func(context.Context, release.ViewerID) (release.Viewer, error)
	}{
		"revoke": {"End a viewer and everybody below", func(ctx context.Context, id release.ViewerID) (release.Viewer, error) {
			return a.Service.RevokeViewer(ctx, id, true)
		}},
		"restore": {"Let a viewer and everybody below in again", func(ctx context.Context, id release.ViewerID) (release.Viewer, error) {
			return a.Service.RevokeViewer(ctx, id, false)
		}},
		"internal": {"A viewer and everybody below count nowhere", func(ctx context.Context, id release.ViewerID) (release.Viewer, error) {
			return a.Service.MarkInternal(ctx, id, true)
		}},
		"external": {"They count again", func(ctx context.Context, id release.ViewerID) (release.Viewer, error) {
			return a.Service.MarkInternal(ctx, id, false)
		}},
	} {
		add(a, release.ScopeWrite, huma.Operation{OperationID: word + "-viewer", Method: http.MethodPost, Path: "/api/v1/viewers/{viewer}/" + word,
			Summary: act.summary, Tags: []string{tag}},
			func(ctx context.Context, in *ViewerPath) (*viewerBody, error) {
				v, err := act.do(ctx, in.Viewer)
				return &viewerBody{showViewer(v)}, err
			})
	}
	add(a, release.ScopeWrite, huma.Operation{OperationID: "erase-viewer", Method: http.MethodPost, Path: "/api/v1/viewers/{viewer}/erase",
		Summary: "Forget who a viewer was", Description: "The node and every total stay.", Tags: []string{tag}, DefaultStatus: 204},
		func(ctx context.Context, in *ViewerPath) (*struct{}, error) {
			return nil, a.Service.Erase(ctx, in.Viewer)
		})
}
