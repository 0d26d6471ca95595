package api

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"passalong/release"
	"passalong/release/web"
)

type reportBody struct{ Body release.Report }
type forestBody struct{ Body release.Forest }

func (a *API) reportRoutes() {
	const tag = "Report"
	add(a, release.ScopeRead, huma.Operation{OperationID: "read-report", Method: http.MethodGet, Path: "/api/v1/campaigns/{id}/report",
		Summary: "The report", Description: "Live and exact: what was committed before the request is in it.", Tags: []string{tag}},
		func(ctx context.Context, in *CampaignPath) (*reportBody, error) {
			r, err := a.Service.Report(ctx, in.ID)
			return &reportBody{r}, err
		})
	add(a, release.ScopeRead, huma.Operation{OperationID: "read-forest", Method: http.MethodGet, Path: "/api/v1/campaigns/{id}/forest",
		Summary: "The forest, as far as a picture needs it", Tags: []string{tag}},
		func(ctx context.Context, in *struct {
			CampaignPath
			Limit int    `query:"limit" minimum:"1" maximum:"20000" default:"5000"`
			Root  uint32 `query:"root" doc:"Number of a viewer: only they and everybody below."`
		}) (*forestBody, error) {
			f, err := a.Service.Forest(ctx, in.ID, release.ForestQuery{Limit: in.Limit, Root: in.Root})
			return &forestBody{f}, err
		})
	a.plain(release.ScopeRead, huma.Operation{OperationID: "follow-report", Method: http.MethodGet, Path: "/api/v1/campaigns/{id}/report/events",
		Summary: "The report as server-sent events, whenever it moves", Tags: []string{tag}}, a.follow)
	a.plain(release.ScopeRead, huma.Operation{OperationID: "export-events", Method: http.MethodGet, Path: "/api/v1/campaigns/{id}/export",
		Summary: "Every event, streamed", Description: "`?format=jsonl` (default) or `csv`. No names and no contacts.", Tags: []string{tag}}, a.export)
}

func (a *API) follow(w http.ResponseWriter, r *http.Request) error {
	id := release.CampaignID(r.PathValue("id"))
	if _, err := a.Service.Campaign(r.Context(), id); err != nil {
		return err
	}
	moved := a.Service.Subscribe(r.Context(), id)
	ticks := make(chan struct{}, 1)
	go func() {
		defer close(ticks)
		for range moved {
			select {
			case ticks <- struct{}{}:
			default:
			}
		}
	}()
	return a.streams.Serve(w, r, callerOf(r.Context()).name, web.Stream{
		Changed: ticks,
		Read: func(ctx context.Context, _ string) (web.Message, error) {
			report, err := a.Service.Report(ctx, id)
			if err != nil {
				return web.Message{}, err
			}
			b, err := json.Marshal(report)
			return web.Message{Name: "report", ID: strconv.FormatUint(report.Seq, 10), Data: b}, err
		},
	})
}

// eventRow is one event of an export.
type eventRow struct {
	Seq     uint64    `json:"seq"`
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Viewer  uint32    `json:"viewer,omitempty"`
	Parent  uint32    `json:"parent,omitempty"`
	Link    uint32    `json:"link,omitempty"`
	Channel string    `json:"channel,omitempty"`
	Asset   uint8     `json:"asset,omitempty"`
	Value   uint32    `json:"value,omitempty"`
	Copied  bool      `json:"copied,omitempty"`
	Test    bool      `json:"test,omitempty"`
}

const exportPage = 4096

func (a *API) export(w http.ResponseWriter, r *http.Request) error {
	c, err := a.Service.Campaign(r.Context(), release.CampaignID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if c.Privacy == release.Statistics {
		return release.No(release.Forbidden, "report.statistics")
	}
	write, flush := a.jsonLines(w), func() error { return nil }
	switch format := r.URL.Query().Get("format"); format {
	case "", "jsonl":
	case "csv":
		write, flush = a.csvLines(w)
	default:
		return release.Bad("format", "export.format", "value", format)
	}
	after := uint64(0)
	for {
		// A page at a time: no read transaction is held open for a slow reader.
		var page []release.Event
		err := a.Service.Store().View(r.Context(), func(tx release.Tx) error {
			page = page[:0]
			return tx.Events(c.ID, after, func(e release.Event) bool {
				page = append(page, e)
				return len(page) < exportPage
			})
		})
		if err != nil {
			return err
		}
		for _, e := range page {
			after = e.Seq
			if err := write(eventRow{e.Seq, e.At, e.Kind.Word(), e.Viewer, e.Parent, e.Link, e.Channel.String(), e.Asset, e.Value,
				e.Flags&release.FlagCopied != 0, e.Flags&release.FlagTest != 0}); err != nil {
				return err
			}
		}
		if len(page) < exportPage {
			return flush()
		}
	}
}

func (a *API) jsonLines(w http.ResponseWriter) func(eventRow) error {
	w.Header().Set("Content-Type", "application/jsonl")
	out := json.NewEncoder(w)
	return func(e eventRow) error { return out.Encode(e) }
}

func (a *API) csvLines(w http.ResponseWriter) (func(eventRow) error, func() error) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	out := csv.NewWriter(w)
	_ = out.Write([]string{"seq", "at", "kind", "viewer", "parent", "link", "channel", "asset", "value", "copied", "test"}) // flush tells
	num := func(n uint64) string { return strconv.FormatUint(n, 10) }
	return func(e eventRow) error {
			return out.Write([]string{num(e.Seq), e.At.Format(time.RFC3339Nano), e.Kind, num(uint64(e.Viewer)), num(uint64(e.Parent)),
				num(uint64(e.Link)), e.Channel, num(uint64(e.Asset)), num(uint64(e.Value)), strconv.FormatBool(e.Copied), strconv.FormatBool(e.Test)})
		}, func() error {
			out.Flush()
			return out.Error()
		}
}
