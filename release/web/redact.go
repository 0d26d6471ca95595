package web

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
)

// tokenShape is three base64url parts: {kid}.{payload}.{signature}. The last
// may be cut short: a signature that lacks a letter is soon guessed.
var tokenShape = regexp.MustCompile(`[A-Za-z0-9_-]+(?:\.|%2[eE])[A-Za-z0-9_-]{10,}(?:\.|%2[eE])[A-Za-z0-9_-]{16,}`)

// Redact replaces whatever looks like a token.
func Redact(s string) string { return tokenShape.ReplaceAllString(s, "[token]") }

// RedactHandler is a slog.Handler that lets no token through, wherever in a
// record it stands: message, values, errors, groups.
func RedactHandler(next slog.Handler) slog.Handler { return redacting{next} }

type redacting struct{ next slog.Handler }

func (h redacting) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

func (h redacting) Handle(ctx context.Context, rec slog.Record) error {
	clean := slog.NewRecord(rec.Time, rec.Level, Redact(rec.Message), rec.PC)
	rec.Attrs(func(a slog.Attr) bool { clean.AddAttrs(redactAttr(a)); return true })
	return h.next.Handle(ctx, clean)
}

func (h redacting) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = redactAttr(a)
	}
	return redacting{h.next.WithAttrs(clean)}
}

func (h redacting) WithGroup(name string) slog.Handler {
	return redacting{h.next.WithGroup(Redact(name))}
}

func redactAttr(a slog.Attr) slog.Attr {
	a.Key = Redact(a.Key)
	a.Value = a.Value.Resolve()
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(Redact(a.Value.String()))
	case slog.KindGroup:
		group := a.Value.Group()
		clean := make([]slog.Attr, len(group))
		for i, g := range group {
			clean[i] = redactAttr(g)
		}
		a.Value = slog.GroupValue(clean...)
	case slog.KindAny:
		a.Value = redactAny(a.Value)
	}
	return a
}

// redactAny turns a value into text when either of its two printed forms
// (slog prints with fmt or as JSON) holds a token.
func redactAny(v slog.Value) slog.Value {
	if err, ok := v.Any().(error); ok {
		return slog.StringValue(Redact(err.Error()))
	}
	text := fmt.Sprintf("%+v", v.Any())
	if tokenShape.MatchString(text) {
		return slog.StringValue(Redact(text))
	}
	if b, err := json.Marshal(v.Any()); err == nil && tokenShape.Match(b) {
		return slog.StringValue(Redact(string(b)))
	}
	return v
}
