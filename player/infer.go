package player

import (
	"context"
	"io"
	"math"
	"net/http"
	"sync"
	"time"

	"passalong/release"
)

// A browser without script sends no beacon. Its view is told from the bytes
// served for three seconds of content, and marked so.

// viewCount sums what was served, by viewer and asset.
type viewCount struct {
	mu   sync.Mutex
	rows map[viewKey]int64
	told chan viewKey
}

type viewKey struct {
	viewer release.ViewerID
	asset  uint8
}

// maxCounted bounds the sums: past it they begin anew.
const maxCounted = 20_000

func newViewCount() *viewCount {
	return &viewCount{rows: map[viewKey]int64{}, told: make(chan viewKey, 256)}
}

// add counts served bytes and tells the worker once need is reached. When the
// worker is busy it is told with the next bytes.
func (c *viewCount) add(key viewKey, n, need int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	sum, there := c.rows[key]
	if sum < 0 { // told already
		return
	}
	if !there && len(c.rows) >= maxCounted {
		clear(c.rows)
	}
	if sum += n; sum >= need {
		select {
		case c.told <- key:
			sum = -1
		default:
		}
	}
	c.rows[key] = sum
}

// inferring gives what counts the bytes of this answer, nil when it tells
// nothing: a page with script reports by itself.
func (p *Player) inferring(r *http.Request, v release.Viewer, a release.Asset, f served, size int64) func(int64) {
	still := "?"+r.URL.RawQuery == stillMark
	if r.Method != http.MethodGet || !v.Viewed.IsZero() || !still && f.save == "" || p.agents.of(r).Prefetch {
		return nil
	}
	switch {
	case f.save != "", f.ref == a.Ref, size == f.bytes && a.Kind.Runs(): // content itself, or a smaller size of it
	case a.Kind == release.PDF && f.mime == "image/jpeg" && f.ref != a.Poster: // a page
	default:
		return nil
	}
	need := size
	if a.Kind.Runs() && f.save == "" && a.Duration > release.ViewSeconds {
		need = int64(math.Ceil(float64(size) * release.ViewSeconds / a.Duration))
	}
	key := viewKey{v.ID, a.No}
	return func(n int64) { p.live.views.add(key, n, need) }
}

// infer writes a view outside of any request.
func (p *Player) infer(key viewKey) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := p.Service.Infer(ctx, key.viewer, key.asset); err != nil {
		p.Log.WarnContext(ctx, "view not inferred", "err", err)
	}
}

// counting tells the bytes of an answer piece by piece, while it runs, and
// keeps sendfile.
type counting struct {
	http.ResponseWriter
	served func(int64)
}

// piece is how much is sent before it is told.
const piece = 256 << 10

// Write sends and tells.
func (c *counting) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.served(int64(n))
	return n, err
}

// ReadFrom hands a file on piece by piece: a limited reader right around the
// file is what sendfile knows.
func (c *counting) ReadFrom(src io.Reader) (int64, error) {
	limited, ok := src.(*io.LimitedReader)
	if !ok {
		limited = &io.LimitedReader{R: src, N: math.MaxInt64}
	}
	var sum int64
	for limited.N > 0 {
		part := &io.LimitedReader{R: limited.R, N: min(limited.N, piece)}
		n, err := io.Copy(c.ResponseWriter, part)
		sum, limited.N = sum+n, limited.N-n
		c.served(n)
		if err != nil || n == 0 {
			return sum, err
		}
	}
	return sum, nil
}

// Unwrap gives the writer inside, for http.ResponseController.
func (c *counting) Unwrap() http.ResponseWriter { return c.ResponseWriter }
