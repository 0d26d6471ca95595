package player

import (
	"embed"
	"io/fs"
	"net/http"
	"sync"

	"passalong/release/web"
)

//go:generate go run ./static/build

//go:embed static/*.js
var staticFiles embed.FS

// bundles reads the embedded scripts once.
var bundles = sync.OnceValues(func() (*web.Static, error) {
	files, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	return web.NewStatic(files, "/s/")
})

// static answers our script files.
func (p *Player) static(w http.ResponseWriter, r *http.Request) error {
	s, err := bundles()
	if err != nil {
		return err
	}
	s.ServeHTTP(w, r)
	return nil
}
