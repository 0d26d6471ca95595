package api

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"passalong/release"
	"passalong/release/words"
)

// person is one recipient in a JSON body.
type person struct {
	Name    string `json:"name"`
	Contact string `json:"contact"`
	Channel string `json:"channel"`
	Cohort  string `json:"cohort"`
	Seats   int    `json:"seats"`
	Test    bool   `json:"test"`
}

// RowError is one bad row, told before anything is minted.
type RowError struct {
	Line   int    `json:"line"`
	Column string `json:"column"`
	Detail string `json:"detail"`
}

// Seeds is the answer to a list of recipients.
type Seeds struct {
	Links   []Link     `json:"links"`
	Again   bool       `json:"again"` // the same Idempotency-Key was answered before
	Skipped []RowError `json:"skipped"`
	Rows    int        `json:"rows"` // good rows
}

const maxShown = 1000 // bad rows told of at once

func (a *API) seedRoutes() {
	a.plain(release.ScopeWrite, huma.Operation{OperationID: "mint-seeds", Method: http.MethodPost, Path: "/api/v1/campaigns/{id}/seeds",
		Summary: "Mint one link per recipient", Tags: []string{"Links"},
		Description: "The body is JSON `{\"people\":[{\"name\",\"contact\",\"channel\",\"cohort\"}]}` or a CSV with a header (`text/csv`). " +
			"Nothing is minted unless every row is good; `?skip_bad=true` goes on without the bad ones, `?dry_run=true` only checks. " +
			"With `Idempotency-Key` the same request mints once. `Accept: text/csv` answers the rows with their links."}, a.mintSeeds)
	a.plain(release.ScopeWrite, huma.Operation{OperationID: "mint-door", Method: http.MethodPost, Path: "/api/v1/campaigns/{id}/doors",
		Summary: "Mint a link with many seats for a public place", Description: "JSON `{\"name\", \"seats\"}`.", Tags: []string{"Links"}}, a.mintDoor)
}

func (a *API) mintSeeds(w http.ResponseWriter, r *http.Request) error {
	c, err := a.Service.Campaign(r.Context(), release.CampaignID(r.PathValue("id")))
	if err != nil {
		return err
	}
	q := r.URL.Query()
	base, err := a.base(c, q.Get("base"))
	if err != nil {
		return err
	}
	people, orders, bad, err := readOrders(w, r)
	if err != nil {
		return err
	}
	skipped := tell(a.say(r), bad)
	if len(bad) > 0 && q.Get("skip_bad") != "true" {
		return answer(w, http.StatusUnprocessableEntity, map[string]any{
			"type": "about:blank", "title": http.StatusText(http.StatusUnprocessableEntity), "status": http.StatusUnprocessableEntity,
			"detail": a.say(r).T("errors.people.rows", "n", len(bad)), "kind": release.Invalid, "field": "people", "rows": skipped,
		})
	}
	if q.Get("dry_run") == "true" || len(orders) == 0 {
		return answer(w, http.StatusOK, Seeds{Links: []Link{}, Skipped: skipped, Rows: len(orders)})
	}
	var links []release.Link
	again := false
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		links, again, err = a.Service.MintOnce(r.Context(), c.ID, callerOf(r.Context()).name, key, orders)
	} else {
		links, err = a.Service.Mint(r.Context(), c.ID, orders)
	}
	if err != nil {
		return err
	}
	if strings.HasPrefix(r.Header.Get("Accept"), "text/csv") {
		urls := make([]string, len(links))
		for i, l := range links {
			if urls[i], err = a.LinkURL(base, l); err != nil {
				return err
			}
		}
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		w.Header().Set("X-Skipped", strconv.Itoa(len(bad)))
		return release.WriteLinks(w, people, urls, q.Get("note"))
	}
	out := Seeds{Links: make([]Link, 0, len(links)), Again: again, Skipped: skipped, Rows: len(orders)}
	for _, l := range links {
		out.Links = append(out.Links, a.showLink(base, l))
	}
	return answer(w, http.StatusCreated, out)
}

// readOrders reads either form of body. The people are set for a CSV, and for
// JSON too, so that both can be answered as one.
func readOrders(w http.ResponseWriter, r *http.Request) (release.People, []release.Order, []release.RowError, error) {
	body := http.MaxBytesReader(w, r.Body, release.MaxPeopleBytes+1)
	var orders []release.Order
	if kind := r.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		people, bad, err := release.ReadPeople(body)
		if err != nil && len(bad) == 0 {
			return people, nil, nil, err
		}
		for _, p := range people.Rows {
			orders = append(orders, p.Order())
		}
		return people, orders, bad, nil
	}
	var in struct {
		People []person `json:"people"`
	}
	dec := json.NewDecoder(body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return release.People{}, nil, nil, err
		}
		return release.People{}, nil, nil, &release.Error{Kind: release.Invalid, Field: "body", Key: "body.json", Err: err}
	}
	if _, err := dec.Token(); err != io.EOF {
		return release.People{}, nil, nil, release.Bad("body", "body.json")
	}
	people := release.People{Header: []string{"name", "contact", "channel", "cohort"}, Comma: ','}
	var bad []release.RowError
	for i, p := range in.People {
		by, ok := release.ParseChannel(p.Channel)
		if !ok {
			bad = append(bad, release.RowError{Line: i + 1, Column: "channel", Err: release.Bad("channel", "channel.unknown", "value", p.Channel)})
			continue
		}
		o := release.Order{Recipient: release.Recipient{Name: p.Name, Contact: p.Contact, Cohort: p.Cohort}, Channel: by, Seats: p.Seats, Test: p.Test}
		var e *release.Error
		if err := o.Check(); errors.As(err, &e) {
			bad = append(bad, release.RowError{Line: i + 1, Column: e.Field, Err: e})
			continue
		}
		orders = append(orders, o)
		people.Rows = append(people.Rows, release.Person{Cells: []string{p.Name, p.Contact, by.String(), p.Cohort}})
	}
	return people, orders, bad, nil
}

func tell(say words.Words, bad []release.RowError) []RowError {
	out := make([]RowError, 0, min(len(bad), maxShown))
	for _, b := range bad[:min(len(bad), maxShown)] {
		out = append(out, RowError{b.Line, b.Column, say.T("errors."+b.Err.Key, b.Err.Args)})
	}
	return out
}

func (a *API) mintDoor(w http.ResponseWriter, r *http.Request) error {
	c, err := a.Service.Campaign(r.Context(), release.CampaignID(r.PathValue("id")))
	if err != nil {
		return err
	}
	var in struct {
		Name  string `json:"name"`
		Seats int    `json:"seats"`
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return &release.Error{Kind: release.Invalid, Field: "body", Key: "body.json", Err: err}
	}
	if in.Seats == 0 {
		in.Seats = 1000
	}
	links, err := a.Service.Mint(r.Context(), c.ID, []release.Order{{Recipient: release.Recipient{Name: in.Name, Cohort: in.Name}, Kind: release.Door, Seats: in.Seats}})
	if err != nil {
		return err
	}
	base, err := a.base(c, "")
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, a.showLink(base, links[0]))
}
