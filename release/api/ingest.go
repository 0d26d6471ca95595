package api

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"os"
	"time"

	"passalong/release"
	"passalong/release/media"
)

// refused turns a refusal of a file into one of ours.
func refused(field string, err error) error {
	var e *media.Error
	if errors.As(err, &e) {
		return &release.Error{Kind: release.Invalid, Field: field, Key: e.Key, Args: e.Args, Err: e.Err}
	}
	return err
}

// ingest takes a file in and makes it an asset of a campaign.
func (a *API) ingest(ctx context.Context, id release.CampaignID, name, title string, body io.Reader) (release.Asset, []media.Advice, error) {
	if _, err := a.Service.Campaign(ctx, id); err != nil {
		return release.Asset{}, nil, err
	}
	f, err := a.Media.Put(ctx, name, body)
	if err != nil {
		return release.Asset{}, nil, refused("file", err)
	}
	asset, err := a.Service.AddAsset(ctx, release.Asset{
		Campaign: id, Kind: release.AssetKind(f.Info.Kind), Name: f.Name, Title: title, MIME: f.Info.Mime, Ref: f.Ref,
		SHA256: f.SHA256, Bytes: f.Size, Duration: f.Info.Duration.Seconds(), Width: f.Info.Width, Height: f.Info.Height, Pages: f.Info.Pages,
	})
	if err != nil {
		return asset, nil, err
	}
	a.works.add(asset, f.Info)
	return asset, media.Judge(f.Info, f.Size), nil
}

// poster makes the landing poster and the card of a campaign from a picture.
func (a *API) poster(ctx context.Context, id release.CampaignID, img image.Image, only func(release.Campaign) bool) error {
	jpg, _, _, err := media.Poster(img)
	if err != nil {
		return err
	}
	card, err := media.Card(img)
	if err != nil {
		return err
	}
	poster, err := a.Media.Put(ctx, "poster.jpg", bytes.NewReader(jpg))
	if err != nil {
		return refused("poster", err)
	}
	cardFile, err := a.Media.Put(ctx, "card.jpg", bytes.NewReader(card))
	if err != nil {
		return refused("poster", err)
	}
	_, err = a.Service.ChangeCampaign(ctx, id, func(c *release.Campaign, _ time.Time) error {
		if only == nil || only(*c) {
			c.Poster, c.Card = poster.Ref, cardFile.Ref
		}
		return nil
	})
	return err
}

// picture reads an image that was sent whole.
func picture(body io.Reader, name string, limit int64) (image.Image, error) {
	tmp, err := os.CreateTemp("", "passalong-poster-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = tmp.Close(); _ = os.Remove(tmp.Name()) }()
	n, err := io.Copy(tmp, io.LimitReader(body, limit))
	if err != nil {
		return nil, err
	}
	img, err := media.DecodeImage(tmp, n, name, media.Options{})
	return img, refused("poster", err)
}
