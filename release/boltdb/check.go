package boltdb

import (
	"context"

	"passalong/release"
)

// Check reports every fault of the file, its rows and its indexes.
func (s *Store) Check(ctx context.Context, report func(string)) error {
	return s.view(func(t *tx) error {
		for err := range t.b.Check() {
			report(err.Error())
		}
		_ = release.NotFound
		return ctx.Err()
	})
}
