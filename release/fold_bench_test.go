package release

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// A report costs the same at every size: the ratio is to a thousand viewers,
// in the same run.
func BenchmarkReportRead(b *testing.B) {
	var base float64
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := foldOf(forestEvents(n, 1))
			s, now := f.makeShape(nil), time.UnixMicro(f.at)
			b.ResetTimer()
			for b.Loop() {
				f.report(s, now)
			}
			each := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
			if n == 1_000 {
				base = each
			}
			b.ReportMetric(each/1e6, "ms/read")
			b.ReportMetric(each/base, "of-1000-viewers")
		})
	}
}

// One viewer is four events: shared, claimed, viewed, a quarter.
func BenchmarkAddViewer(b *testing.B) {
	var base float64
	for _, n := range []int{1_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := foldOf(forestEvents(n, 1))
			seq, no, link := f.seq, f.viewers.n, f.linkAt.n
			at := time.UnixMicro(f.at)
			b.ResetTimer()
			for i := 0; b.Loop(); i++ {
				parent := uint32(i*7919)%uint32(n) + 1
				for _, e := range [...]Event{
					{Kind: Shared, Viewer: parent, Link: link, Value: 1, Channel: SMS},
					{Kind: Claimed, Viewer: no, Parent: parent, Link: link, Channel: SMS},
					{Kind: Viewed, Viewer: no, Asset: 1},
					{Kind: Quarter, Viewer: no, Asset: 1, Value: 25},
				} {
					seq++
					e.Seq, e.At = seq, at
					f.add(&e)
				}
				no, link = no+1, link+1
			}
			each := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
			if n == 1_000 {
				base = each
			}
			b.ReportMetric(each/1e3, "µs/viewer")
			b.ReportMetric(each/base, "of-1000-viewers")
		})
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// The fold's live heap with its shape, links (one for each viewer, and two
// prepared numbers between them) included.
func BenchmarkBytesPerViewer(b *testing.B) {
	const n = 1_000_000
	events := forestEvents(n, 1)
	for b.Loop() {
		before := heap()
		f := foldOf(events)
		s := f.makeShape(nil)
		b.ReportMetric(float64(heap()-before)/n, "B/viewer")
		runtime.KeepAlive(f)
		runtime.KeepAlive(s)
	}
	runtime.KeepAlive(events)
}

// A million viewers with four events each, and their shape, from memory.
func BenchmarkRebuild(b *testing.B) {
	events := forestEvents(1_000_000, 1)
	for b.Loop() {
		f := foldOf(events)
		f.makeShape(nil)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/rebuild")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(events)), "ns/event")
}

// What marking a branch of a million costs the next reader.
func BenchmarkRecount(b *testing.B) {
	f := foldOf(forestEvents(1_000_000, 1))
	b.ResetTimer()
	for b.Loop() {
		f.recount()
	}
}

func BenchmarkShape(b *testing.B) {
	f := foldOf(forestEvents(1_000_000, 1))
	b.ResetTimer()
	for b.Loop() {
		f.makeShape(nil)
	}
}

// The forest's picture at a million viewers, with its size on the line.
func BenchmarkPicture(b *testing.B) {
	k := &keeper{fold: foldOf(forestEvents(1_000_000, 1))}
	s := k.fold.makeShape(nil)
	k.mu.Lock()
	defer k.mu.Unlock()
	var nodes int
	b.ResetTimer()
	for b.Loop() {
		nodes = len(k.picture(k.fold, s, ForestQuery{Limit: forestNodes}).No)
	}
	b.ReportMetric(float64(nodes), "nodes")
}
