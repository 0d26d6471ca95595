package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"passalong/release"
	"passalong/release/web"
	"passalong/release/words"
)

type callerKey struct{}

// caller is who asks: a bearer key, a signed-in marketer, or nobody.
type caller struct {
	name   string // tells callers' Idempotency-Keys apart
	staff  release.StaffID
	scopes release.APIKey
}

func (c caller) known() bool { return c.name != "" }

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// caller finds who asks. A wrong key is an error; nobody is none: the
// operation decides.
func (a *API) caller(r *http.Request) (caller, error) {
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		key, err := a.Service.Bearer(r.Context(), strings.TrimSpace(bearer))
		return caller{name: string(key.ID), staff: key.Staff, scopes: key}, err
	}
	for _, secret := range web.StaffCookie().Values(r, a.Site.Secure(r)) {
		who, err := a.Service.SignedIn(r.Context(), secret)
		if release.Is(err, release.Unsigned) {
			continue
		}
		if err != nil {
			return caller{}, err
		}
		if err := a.Site.CheckStaff(r); err != nil {
			return caller{}, err
		}
		return caller{name: string(who.ID), staff: who.ID, scopes: release.APIKey{Scopes: []release.Scope{release.ScopeOwner}}}, nil
	}
	return caller{}, nil
}

// may refuses who is not allowed, before anything of the request is read.
func may(ctx context.Context, scope release.Scope) error {
	switch c := callerOf(ctx); {
	case !c.known():
		return release.No(release.Unsigned, "api.key")
	case !c.scopes.May(scope):
		return release.No(release.Forbidden, "api.scope", "scope", string(scope))
	}
	return nil
}

// problem is a refusal as huma writes it.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Kind   string `json:"kind"`
	Field  string `json:"field,omitempty"`
}

func (p *problem) Error() string             { return p.Detail }
func (p *problem) GetStatus() int            { return p.Status }
func (p *problem) ContentType(string) string { return "application/problem+json" }

func (a *API) refuse(ctx context.Context, err error, lang string) huma.StatusError {
	p := web.ProblemOf(err, words.In(words.Match(lang, "")))
	if p.Kind == release.Internal {
		a.Log.ErrorContext(ctx, "api", "request", web.RequestID(ctx), "err", err)
	}
	return &problem{"about:blank", http.StatusText(p.Status), p.Status, p.Sentence, string(p.Kind), p.Field}
}

type langKey struct{}

// add registers one operation: authorised first, then read, then answered, its
// errors mapped in one place.
func add[I, O any](a *API, scope release.Scope, op huma.Operation, answer func(context.Context, *I) (*O, error)) {
	op.Security = []map[string][]string{{"key": {string(scope)}}}
	op.Middlewares = append(op.Middlewares, func(ctx huma.Context, next func(huma.Context)) {
		lang := ctx.Header("Accept-Language")
		if err := may(ctx.Context(), scope); err != nil {
			p := a.refuse(ctx.Context(), err, lang)
			ctx.SetHeader("Content-Type", "application/problem+json")
			ctx.SetStatus(p.GetStatus())
			_ = a.huma.Marshal(ctx.BodyWriter(), "application/json", p)
			return
		}
		next(huma.WithValue(ctx, langKey{}, lang))
	})
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := answer(ctx, in)
		if err != nil {
			lang, _ := ctx.Value(langKey{}).(string)
			return nil, a.refuse(ctx, err, lang)
		}
		return out, nil
	})
}

// plain registers a handler outside huma (streams, uploads) and describes it in
// the OpenAPI document.
func (a *API) plain(scope release.Scope, op huma.Operation, h web.Handler) {
	a.mux.Handle(op.Method+" "+op.Path, a.errors.Handle(func(w http.ResponseWriter, r *http.Request) error {
		if err := may(r.Context(), scope); err != nil {
			return err
		}
		return h(w, r)
	}))
	op.Security = []map[string][]string{{"key": {string(scope)}}}
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{"200": {Description: "OK"}}
	}
	a.huma.OpenAPI().AddOperation(&op)
}

func (a *API) say(r *http.Request) words.Words { return words.In(web.Lang(r, "")) }
