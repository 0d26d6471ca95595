package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"passalong/release"
	"passalong/tokens"
)

// SigningKey is a key of the keyring, without its secret.
type SigningKey struct {
	Kid     string       `json:"kid"`
	State   tokens.State `json:"state"`
	Created time.Time    `json:"created"`
	Until   *time.Time   `json:"until" doc:"When the last link it signed expires; null while it is active."`
}

type ringBody struct {
	Body struct {
		Keys []SigningKey `json:"keys"`
	}
}

func (a *API) ring() *ringBody {
	out := &ringBody{}
	out.Body.Keys = []SigningKey{}
	for _, k := range a.Keys.Keys() {
		out.Body.Keys = append(out.Body.Keys, SigningKey{k.Kid, k.State, k.Created, instant(k.Until)})
	}
	return out
}

// Findings is what a check found.
type Findings struct {
	Faults    []string `json:"faults"`
	Campaigns int      `json:"campaigns"`
	Files     int      `json:"files"`
}

type findingsBody struct{ Body Findings }

func (a *API) systemRoutes() {
	const tag = "System"
	add(a, release.ScopeOwner, huma.Operation{OperationID: "list-keyring", Method: http.MethodGet, Path: "/api/v1/keyring",
		Summary: "The keys that sign links", Tags: []string{tag}},
		func(context.Context, *struct{}) (*ringBody, error) { return a.ring(), nil })
	add(a, release.ScopeOwner, huma.Operation{OperationID: "rotate-keyring", Method: http.MethodPost, Path: "/api/v1/keyring/rotate",
		Summary: "Sign with a new key from now on", Description: "Links in people's chats go on: the older key verifies until the last of them expires.", Tags: []string{tag}},
		func(context.Context, *struct{}) (*ringBody, error) {
			if _, err := a.Keys.Rotate(); err != nil {
				return nil, err
			}
			return a.ring(), nil
		})
	add(a, release.ScopeOwner, huma.Operation{OperationID: "revoke-signing-key", Method: http.MethodPost, Path: "/api/v1/keyring/{kid}/revoke",
		Summary: "End a signing key and every link it signed", Description: "For good. `?dry_run=true` says how many links end.", Tags: []string{tag}},
		func(ctx context.Context, in *struct {
			Kid    string `path:"kid"`
			DryRun bool   `query:"dry_run"`
		}) (*struct {
			Body struct {
				Links int `json:"links"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Links int `json:"links"`
				}
			}{}
			if !slices.ContainsFunc(a.Keys.Keys(), func(k tokens.KeyInfo) bool { return k.Kid == in.Kid }) {
				return nil, release.No(release.NotFound, "key.unknown")
			}
			n, err := a.signedBy(ctx, in.Kid)
			if err != nil {
				return nil, err
			}
			out.Body.Links = n
			if in.DryRun {
				return out, nil
			}
			return out, a.Keys.Revoke(in.Kid)
		})
	add(a, release.ScopeOwner, huma.Operation{OperationID: "check", Method: http.MethodPost, Path: "/api/v1/check",
		Summary: "Verify every invariant of the data", Tags: []string{tag}},
		func(ctx context.Context, _ *struct{}) (*findingsBody, error) {
			f, err := a.check(ctx)
			return &findingsBody{f}, err
		})
	add(a, release.ScopeRead, huma.Operation{OperationID: "version", Method: http.MethodGet, Path: "/api/v1/version",
		Summary: "Which Passalong this is", Tags: []string{tag}},
		func(context.Context, *struct{}) (*struct {
			Body struct {
				Version string `json:"version"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Version string `json:"version"`
				}
			}{}
			out.Body.Version = a.Version
			return out, nil
		})
	a.plain(release.ScopeOwner, huma.Operation{OperationID: "backup", Method: http.MethodGet, Path: "/api/v1/backup",
		Summary: "A consistent copy of everything", Description: "A tar of database, media, keys and settings with a manifest; taken while the server serves. Keep it as safe as the keys in it.", Tags: []string{tag}},
		func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Content-Type", "application/x-tar")
			return a.Archive(r.Context(), w)
		})
}

// signedBy counts the handed-out links of a key that are still open.
func (a *API) signedBy(ctx context.Context, kid string) (int, error) {
	all, err := a.Service.Campaigns(ctx)
	n := 0
	for _, c := range all {
		if err == nil {
			err = a.Service.Store().View(ctx, func(tx release.Tx) error {
				return tx.Links(c.ID, 0, func(l release.Link) bool {
					if l.Handed() && l.Kid == kid && l.Revoked.IsZero() {
						n++
					}
					return true
				})
			})
		}
	}
	return n, err
}

// check asks the store, the folds and the files.
func (a *API) check(ctx context.Context) (Findings, error) {
	out := Findings{Faults: []string{}}
	report := func(s string) { out.Faults = append(out.Faults, s) }
	if err := a.Service.Store().Check(ctx, report); err != nil {
		return out, err
	}
	all, err := a.Service.Campaigns(ctx)
	if err != nil {
		return out, err
	}
	kids := map[string]bool{}
	for _, k := range a.Keys.Keys() {
		kids[k.Kid] = true
	}
	for _, c := range all {
		out.Campaigns++
		if err := a.Service.VerifyFold(ctx, c.ID, report); err != nil {
			return out, err
		}
		assets, err := a.Service.Assets(ctx, c.ID)
		if err != nil {
			return out, err
		}
		for _, x := range assets {
			out.Files++
			switch sum, err := a.Media.Sum(ctx, x.Ref); {
			case err != nil:
				report(string(c.ID) + ": the file of " + x.Name + " can't be read")
			case sum != x.SHA256:
				report(string(c.ID) + ": the file of " + x.Name + " is not what was uploaded")
			}
		}
		if err := a.Service.Store().View(ctx, func(tx release.Tx) error {
			return tx.Links(c.ID, 0, func(l release.Link) bool {
				if !kids[l.Kid] {
					report(string(l.ID) + ": the key " + l.Kid + " that signed it is not in the keyring")
				}
				return len(out.Faults) < 1000
			})
		}); err != nil {
			return out, err
		}
	}
	return out, nil
}
