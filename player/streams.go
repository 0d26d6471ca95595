package player

import (
	"context"
	"net/http"
	"sync"
	"time"

	"passalong/release"
)

// streams are the media answers that run now. A worker asks every two
// seconds whether their viewers may still watch, and cuts those who may not.
type streams struct {
	mu      sync.Mutex
	running map[release.ViewerID]map[*stream]struct{}
	views   *viewCount
	ended   chan struct{}
	workers sync.WaitGroup
	once    sync.Once
}

type stream struct {
	viewer release.ViewerID
	out    *http.ResponseController
	until  time.Time // when even a slow reader had it all
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
	s.ended = make(chan struct{})
	s.workers.Go(func() { s.watch(p) })
	s.workers.Go(func() { s.infer(p) })
}

func (s *streams) stop() {
	s.once.Do(func() { close(s.ended) })
	s.workers.Wait()
}

// begin notes a stream that may run for most, or refuses one too many. The
// worker holds it to its time: a deadline of its own for each answer would
// wake the network's poller each time, which costs more than the answer.
func (s *streams) begin(v release.ViewerID, out *http.ResponseController, most time.Duration) (*stream, error) {
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
	one := &stream{viewer: v, out: out, until: time.Now().Add(most)}
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
	tick := time.NewTicker(liveEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.ended:
			return
		case <-tick.C:
			s.check(p)
		}
	}
}

// infer writes the views that were told from bytes, apart from watch: a slow
// disk must not keep a revoked viewer's stream open.
func (s *streams) infer(p *Player) {
	for {
		select {
		case <-s.ended:
			return
		case told := <-s.views.told:
			p.infer(told)
		}
	}
}

// check cuts the streams of viewers who are no longer inside, and those of
// readers slower than anybody.
func (s *streams) check(p *Player) {
	s.mu.Lock()
	viewers := make([]release.ViewerID, 0, len(s.running))
	for v, mine := range s.running {
		viewers = append(viewers, v)
		for one := range mine {
			if time.Now().After(one.until) {
				one.end()
			}
		}
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
		one.end()
	}
}

// end stops a running answer; streams.mu is held. A transport without
// deadlines (a test's recorder) has nothing to stop.
func (one *stream) end() {
	one.cut = true
	_ = one.out.SetWriteDeadline(time.Unix(1, 0))
}
