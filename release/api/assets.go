package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"passalong/release"
	"passalong/release/media"
)

// Asset is a content as the API shows it.
type Asset struct {
	ID       release.AssetID   `json:"id"`
	No       uint8             `json:"no"`
	Kind     release.AssetKind `json:"kind"`
	Name     string            `json:"name"`
	Title    string            `json:"title"`
	MIME     string            `json:"mime"`
	Bytes    int64             `json:"bytes"`
	SHA256   string            `json:"sha256"`
	Duration float64           `json:"duration" doc:"Seconds."`
	Width    int               `json:"width"`
	Height   int               `json:"height"`
	Pages    int               `json:"pages"`
	Captions []string          `json:"captions" doc:"Languages."`
	Sizes    []int             `json:"sizes" doc:"Heights of the smaller copies."`
	Advice   []Advice          `json:"advice" doc:"What a cheap phone would say of it; with the upload's answer only."`
}

// Advice is one sentence about a file.
type Advice struct {
	Weight media.Weight `json:"weight" enum:"stop,warn,note"`
	Text   string       `json:"text"`
}

func showAsset(x release.Asset) Asset {
	out := Asset{ID: x.ID, No: x.No, Kind: x.Kind, Name: x.Name, Title: x.Title, MIME: x.MIME, Bytes: x.Bytes, SHA256: x.SHA256,
		Duration: x.Duration, Width: x.Width, Height: x.Height, Pages: x.Pages, Captions: []string{}, Sizes: []int{}, Advice: []Advice{}}
	for _, c := range x.Captions {
		out.Captions = append(out.Captions, c.Lang)
	}
	for _, r := range x.Sizes {
		out.Sizes = append(out.Sizes, r.Height)
	}
	return out
}

const (
	maxCaption = 4 << 20
	maxPoster  = 40 << 20
)

func (a *API) assetRoutes() {
	const tag = "Assets"
	a.plain(release.ScopeWrite, huma.Operation{OperationID: "upload-asset", Method: http.MethodPost, Path: "/api/v1/campaigns/{id}/assets",
		Summary: "Upload a content", Description: "The body is the file itself, of any size, streamed; `?name=clip.mp4` names it, `&title=` is shown. The answer is the asset with advice.", Tags: []string{tag}}, a.uploadAsset)
	add(a, release.ScopeRead, huma.Operation{OperationID: "list-assets", Method: http.MethodGet, Path: "/api/v1/campaigns/{id}/assets",
		Summary: "List a campaign's contents", Tags: []string{tag}},
		func(ctx context.Context, in *CampaignPath) (*struct {
			Body struct {
				Assets []Asset `json:"assets"`
			}
		}, error) {
			all, err := a.Service.Assets(ctx, in.ID)
			out := &struct {
				Body struct {
					Assets []Asset `json:"assets"`
				}
			}{}
			out.Body.Assets = []Asset{}
			for _, x := range all {
				out.Body.Assets = append(out.Body.Assets, showAsset(x))
			}
			return out, err
		})
	add(a, release.ScopeWrite, huma.Operation{OperationID: "change-asset", Method: http.MethodPatch, Path: "/api/v1/assets/{asset}",
		Summary: "Change a content's title", Tags: []string{tag}},
		func(ctx context.Context, in *struct {
			Asset release.AssetID `path:"asset"`
			Body  struct {
				Title string `json:"title" maxLength:"200"`
			}
		}) (*struct{ Body Asset }, error) {
			x, err := a.Service.ChangeAsset(ctx, in.Asset, func(x *release.Asset) error { x.Title = in.Body.Title; return nil })
			return &struct{ Body Asset }{showAsset(x)}, err
		})
	add(a, release.ScopeWrite, huma.Operation{OperationID: "delete-asset", Method: http.MethodDelete, Path: "/api/v1/assets/{asset}",
		Summary: "Take a content out", Tags: []string{tag}, DefaultStatus: 204},
		func(ctx context.Context, in *struct {
			Asset release.AssetID `path:"asset"`
		}) (*struct{}, error) {
			return nil, a.Service.DeleteAsset(ctx, in.Asset)
		})
	a.plain(release.ScopeWrite, huma.Operation{OperationID: "put-captions", Method: http.MethodPut, Path: "/api/v1/assets/{asset}/captions/{lang}",
		Summary: "Give a clip captions", Description: "The body is a WebVTT or SRT file.", Tags: []string{tag}}, a.putCaptions)
	a.plain(release.ScopeWrite, huma.Operation{OperationID: "put-poster", Method: http.MethodPut, Path: "/api/v1/campaigns/{id}/poster",
		Summary: "Give a campaign its poster", Description: "The body is a JPEG, PNG, WebP or GIF; the card of chat messages is made from it too.", Tags: []string{tag}}, a.putPoster)
}

func (a *API) uploadAsset(w http.ResponseWriter, r *http.Request) error {
	name := r.URL.Query().Get("name")
	var body io.Reader = r.Body
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		parts, err := r.MultipartReader()
		if err != nil {
			return release.Bad("file", "file.form")
		}
		part, err := parts.NextPart()
		for err == nil && part.FileName() == "" {
			part, err = parts.NextPart()
		}
		if err != nil {
			return release.Bad("file", "file.form")
		}
		if body = part; name == "" {
			name = part.FileName()
		}
	}
	if name == "" {
		return release.Bad("name", "file.name")
	}
	asset, advice, err := a.ingest(r.Context(), release.CampaignID(r.PathValue("id")), name, r.URL.Query().Get("title"), body)
	if err != nil {
		return err
	}
	out := showAsset(asset)
	say := a.say(r)
	for _, x := range advice {
		out.Advice = append(out.Advice, Advice{x.Weight, say.T("errors."+x.Key, x.Args)})
	}
	return answer(w, http.StatusCreated, out)
}

func answer(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, err = w.Write(append(b, '\n'))
	return err
}

func (a *API) putCaptions(w http.ResponseWriter, r *http.Request) error {
	lang := strings.ToLower(r.PathValue("lang"))
	if len(lang) < 2 || len(lang) > 12 || strings.Trim(lang, "abcdefghijklmnopqrstuvwxyz-") != "" {
		return release.Bad("lang", "captions.lang", "value", lang)
	}
	src, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCaption))
	if err != nil {
		return err
	}
	vtt, err := media.Captions(src, lang+".vtt")
	if err != nil {
		return refused("captions", err)
	}
	asset, err := a.Service.Asset(r.Context(), release.AssetID(r.PathValue("asset")))
	if err != nil {
		return err
	}
	f, err := a.Media.PutAs(r.Context(), media.Variant(asset.Ref, lang+".vtt"), lang+".vtt", bytes.NewReader(vtt))
	if err != nil {
		return refused("captions", err)
	}
	asset, err = a.Service.ChangeAsset(r.Context(), asset.ID, func(x *release.Asset) error {
		kept := []release.Caption{}
		for _, c := range x.Captions {
			if c.Lang != lang {
				kept = append(kept, c)
			}
		}
		x.Captions = append(kept, release.Caption{Lang: lang, Ref: f.Ref})
		return nil
	})
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, showAsset(asset))
}

func (a *API) putPoster(w http.ResponseWriter, r *http.Request) error {
	id := release.CampaignID(r.PathValue("id"))
	if _, err := a.Service.Campaign(r.Context(), id); err != nil {
		return err
	}
	img, err := picture(http.MaxBytesReader(w, r.Body, maxPoster), "poster", maxPoster)
	if err != nil {
		return err
	}
	if err := a.poster(r.Context(), id, img, nil); err != nil {
		return err
	}
	c, err := a.Service.Campaign(r.Context(), id)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, a.show(c))
}
