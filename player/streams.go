package player

import (
	"context"
	"net/http"
	"sync"
	"time"

	"passalong/release"
)

// streams are the media answers that run now. One worker asks every two
// seconds whether their viewers may still watch, and cuts those who may not.
type streams struct {
	mu      sync.Mutex
	running map[release.ViewerID]map[*stream]struct{}
	views   *viewCount
	ended   chan struct{}
	done    chan struct{}
	once    sync.Once
}

type stream struct {
	viewer release.ViewerID
	out    *http.ResponseController
	cut    bool
}

// maxStreams is how many answers one viewer may have running: a clip, its
// captions and a page of pictures in two browsers.
const maxStreams = 16

// liveEvery is how often running streams are checked; twice that and a little
// is the longest that a revoked viewer still gets bytes.
const liveEvery = 2 * time.Second

func (s *streams) start(p *Player) {
	s.running = map[release.ViewerID]map[*stream]struct{}{}
	s.views = newViewCount()
	s.ended, s.done = make(chan struct{}), make(chan struct{})
	go s.watch(p)
}

func (s *streams) stop() {
	s.once.Do(func() { close(s.ended) })
	<-s.done
}

// begin notes a stream, or refuses one too many.
func (s *streams) begin(v release.ViewerID, out *http.ResponseController) (*stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	mine := s.running[v]
	if len(mine) >= maxStreams {
		return nil, release.No(release.TooMany, "too_many", "wait", liveEvery)
	}
	if mine == nil {
		mine = map[*stream]struct{}{}
		s.running[v] = mine
	}
	one := &stream{viewer: v, out: out}
	mine[one] = struct{}{}
	return one, nil
}

// end forgets a stream and tells whether it was cut. After it no deadline is
// set any more: the connection may serve the next request.
func (s *streams) end(one *stream) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.running[one.viewer], one)
	if len(s.running[one.viewer]) == 0 {
		delete(s.running, one.viewer)
	}
	return one.cut
}

func (s *streams) watch(p *Player) {
	defer close(s.done)
	tick := time.NewTicker(liveEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.ended:
			return
		case told := <-s.views.told:
			p.infer(told)
		case <-tick.C:
			s.check(p)
		}
	}
}

// check cuts the streams of viewers who are no longer inside.
func (s *streams) check(p *Player) {
	s.mu.Lock()
	viewers := make([]release.ViewerID, 0, len(s.running))
	for v := range s.running {
		viewers = append(viewers, v)
	}
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, v := range viewers {
		_, _, err := p.Service.Inside(ctx, v)
		switch release.KindOf(err) {
		case release.Revoked, release.Paused, release.NotFound:
			s.cutAll(v)
		}
	}
}

func (s *streams) cutAll(v release.ViewerID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for one := range s.running[v] {
		one.cut = true
		_ = one.out.SetWriteDeadline(time.Unix(1, 0))
	}
}
