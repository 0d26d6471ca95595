package api

import (
	"context"
	"fmt"
	"time"

	"passalong/release"
	"passalong/release/media"
)

// workshop makes posters, smaller renditions and page images after an upload
// was answered, one at a time: two cores are for the fans.
type workshop struct {
	api   *API
	tools media.Tools
	jobs  chan job
	stop  context.CancelFunc
	ctx   context.Context
	done  chan struct{}
}

type job struct {
	asset release.Asset
	info  media.Info
}

func newWorkshop(a *API) *workshop {
	ctx, stop := context.WithCancel(context.Background())
	w := &workshop{api: a, tools: media.FindTools(), jobs: make(chan job, 100), ctx: ctx, stop: stop, done: make(chan struct{})}
	go w.run()
	return w
}

// add queues an asset; a full queue leaves it as it is, playable without.
func (w *workshop) add(asset release.Asset, info media.Info) {
	select {
	case w.jobs <- job{asset, info}:
	default:
		w.api.Log.Warn("too many uploads at once: no smaller copies of one", "asset", asset.ID)
	}
}

func (w *workshop) close() {
	w.stop()
	<-w.done
}

func (w *workshop) run() {
	defer close(w.done)
	for {
		select {
		case <-w.ctx.Done():
			return
		case j := <-w.jobs:
			ctx, cancel := context.WithTimeout(w.ctx, time.Hour)
			err := w.make(ctx, j)
			cancel()
			if err != nil && w.ctx.Err() == nil {
				w.api.Log.Warn("not made from an upload", "asset", j.asset.ID, "err", err)
			}
		}
	}
}

func (w *workshop) make(ctx context.Context, j job) error {
	switch {
	case j.asset.Kind == release.Video && w.tools.FFmpeg != "":
		return w.video(ctx, j)
	case j.asset.Kind == release.PDF && w.tools.PDFToPPM != "":
		return w.pages(ctx, j)
	case j.asset.Kind == release.Image:
		return w.image(ctx, j)
	}
	return nil
}

func (w *workshop) video(ctx context.Context, j job) error {
	if img, err := w.tools.Frame(ctx, w.api.Media, j.asset.Ref, j.info); err == nil {
		if err := w.api.poster(ctx, j.asset.Campaign, img, func(c release.Campaign) bool { return c.Poster == "" }); err != nil {
			return fmt.Errorf("poster: %w", err)
		}
	}
	for _, want := range media.Wanted(j.info) {
		f, err := w.tools.Render(ctx, w.api.Media, j.asset.Ref, j.info, want, nil)
		if err != nil {
			return fmt.Errorf("rendition %s: %w", want.Name, err)
		}
		if _, err := w.api.Service.ChangeAsset(ctx, j.asset.ID, func(x *release.Asset) error {
			x.Sizes = append(x.Sizes[:len(x.Sizes):len(x.Sizes)], release.Rendition{Height: want.Side, Ref: f.Ref, Bytes: f.Size})
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func (w *workshop) pages(ctx context.Context, j job) error {
	files, err := w.tools.Pages(ctx, w.api.Media, j.asset.Ref, 1, min(j.asset.Pages, 200))
	if err != nil {
		return err
	}
	_, err = w.api.Service.ChangeAsset(ctx, j.asset.ID, func(x *release.Asset) error {
		x.Leaves = nil
		for _, f := range files {
			x.Leaves = append(x.Leaves, f.Ref)
		}
		return nil
	})
	return err
}

func (w *workshop) image(ctx context.Context, j job) error {
	f, info, err := w.api.Media.Open(j.asset.Ref)
	if err != nil {
		return err
	}
	defer f.Close()
	img, err := media.DecodeImage(f, info.Size(), j.asset.Name, media.Options{})
	if err != nil {
		return err
	}
	return w.api.poster(ctx, j.asset.Campaign, img, func(c release.Campaign) bool { return c.Poster == "" })
}
