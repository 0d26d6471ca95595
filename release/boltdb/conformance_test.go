package boltdb

import (
	"testing"
	"time"

	"passalong/release"
	"passalong/release/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T, now func() time.Time) release.Store {
		return openTest(t, Options{Now: now})
	})
}
