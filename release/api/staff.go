package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"passalong/release"
	"passalong/tokens"
)

type signInBody struct {
	Body struct {
		URL     string    `json:"url"`
		Expires time.Time `json:"expires"`
	}
}

// Key is a bearer key as the API shows it.
type Key struct {
	ID      release.KeyID   `json:"id"`
	Name    string          `json:"name"`
	Scopes  []release.Scope `json:"scopes"`
	Created time.Time       `json:"created"`
	Revoked *time.Time      `json:"revoked"`
	Bearer  string          `json:"bearer,omitempty" doc:"Told once, when the key is made."`
}

type keyBody struct{ Body Key }

type keysBody struct {
	Body struct {
		Keys []Key `json:"keys"`
	}
}

func showKey(k release.APIKey, bearer string) Key {
	return Key{ID: k.ID, Name: k.Name, Scopes: k.Scopes, Created: k.Created, Revoked: instant(k.Revoked), Bearer: bearer}
}

func (a *API) staffRoutes() {
	const tag = "Staff"
	add(a, release.ScopeOwner, huma.Operation{OperationID: "sign-in", Method: http.MethodPost, Path: "/api/v1/signins",
		Summary: "A one-time sign-in link", Description: "For a marketer by name, who is made when new. Hand it over as it is.", Tags: []string{tag}, DefaultStatus: 201},
		func(ctx context.Context, in *struct {
			Body struct {
				Name string `json:"name" example:"Inès"`
			}
		}) (*signInBody, error) {
			s, err := a.Service.NewSignIn(ctx, in.Body.Name)
			if err != nil {
				return nil, err
			}
			token, err := a.Keys.Sign(tokens.Claims{Purpose: tokens.SignIn, ID: s.ID, Subject: release.Bare(s.Staff), Expires: s.Expires})
			out := &signInBody{}
			out.Body.URL, out.Body.Expires = a.Site.Base()+"/console/signin/"+token, s.Expires
			return out, err
		})
	add(a, release.ScopeOwner, huma.Operation{OperationID: "create-key", Method: http.MethodPost, Path: "/api/v1/keys",
		Summary: "Make a bearer key", Tags: []string{tag}, DefaultStatus: 201},
		func(ctx context.Context, in *struct {
			Body struct {
				Name   string          `json:"name"`
				Scopes []release.Scope `json:"scopes" example:"[\"read\"]"`
			}
		}) (*keyBody, error) {
			k, bearer, err := a.Service.NewAPIKey(ctx, callerOf(ctx).staff, in.Body.Name, in.Body.Scopes)
			return &keyBody{showKey(k, bearer)}, err
		})
	add(a, release.ScopeOwner, huma.Operation{OperationID: "list-keys", Method: http.MethodGet, Path: "/api/v1/keys",
		Summary: "List bearer keys", Tags: []string{tag}},
		func(ctx context.Context, _ *struct{}) (*keysBody, error) {
			all, err := a.Service.APIKeys(ctx)
			out := &keysBody{}
			out.Body.Keys = []Key{}
			for _, k := range all {
				out.Body.Keys = append(out.Body.Keys, showKey(k, ""))
			}
			return out, err
		})
	add(a, release.ScopeOwner, huma.Operation{OperationID: "revoke-key", Method: http.MethodDelete, Path: "/api/v1/keys/{key}",
		Summary: "End a bearer key", Tags: []string{tag}, DefaultStatus: 204},
		func(ctx context.Context, in *struct {
			Key release.KeyID `path:"key"`
		}) (*struct{}, error) {
			return nil, a.Service.RevokeAPIKey(ctx, in.Key)
		})
}
