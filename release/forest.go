package release

import (
	"context"
	"encoding/json"
	"time"
)

// ForestQuery asks for a picture's worth of a campaign's forest.
type ForestQuery struct {
	Limit int    // nodes at most; 5,000 when 0, at most 20,000
	Root  uint32 // only this viewer and everybody below; 0 = all
}

// Forest is what a picture of the forest needs, one entry per node in each
// list, in the order in which they came. It is written for a thin line: four
// lists hold differences, two hold one letter per node.
//
// Where not all fit, the nodes with most people below them are there, and
// with each node its parent: Below and Children tell how many are folded away
// under a node, Rest counts the cascades of which nothing is shown.
type Forest struct {
	Campaign CampaignID `json:"campaign"`
	AsOf     *time.Time `json:"as_of"`
	Start    *time.Time `json:"start"` // the first claim
	Base     int        `json:"base"`
	Total    int        `json:"total"` // viewers in reach under the query
	No       []uint32   `json:"no"`    // viewer's number, less the one before
	// Parent says how many nodes earlier a node's parent stands; 0 is a root. A
	// root's generation is Base, every other node's is its parent's plus one.
	Parent   []uint32    `json:"parent"`
	Time     []int64     `json:"time"` // seconds of the claim, less the one before
	Children []uint32    `json:"children"`
	Below    []uint32    `json:"below"`
	Channel  string      `json:"channel"` // a letter each: a = the first of Names
	Flags    string      `json:"flags"`   // a sign each: A + 1 viewed + 2 copied + 4 erased + 8 revoked + 16 not in reach
	Names    []string    `json:"channels"`
	Rest     []SizeClass `json:"rest"`
}

const (
	forestNodes = 5000
	forestMost  = 20_000
	forestBytes = 100_000
)

// Forest gives the nodes of a picture. In statistics mode it is refused.
func (s *Service) Forest(ctx context.Context, id CampaignID, q ForestQuery) (Forest, error) {
	if q.Limit <= 0 {
		q.Limit = forestNodes
	}
	q.Limit = min(q.Limit, forestMost)
	var out Forest
	err := s.folded(ctx, id, func(tx Tx, c Campaign, k *keeper) error {
		if c.Privacy == Statistics {
			return No(Forbidden, "report.statistics")
		}
		err := k.current(tx, func(f *fold, sh *shape) error {
			if q.Root != 0 && f.viewer(q.Root) == nil {
				return No(NotFound, "viewer.unknown")
			}
			out = k.picture(f, sh, q)
			return nil
		})
		out.Campaign = id
		return err
	})
	return out, err
}

// picture draws within forestBytes where nodes had to be folded anyway.
func (k *keeper) picture(f *fold, s *shape, q ForestQuery) Forest {
	pause := func() {
		k.mu.Unlock()
		k.mu.Lock()
	}
	for {
		out := f.forest(s, q, pause)
		body, err := json.Marshal(out)
		if err != nil || len(body) <= forestBytes || len(out.No) >= out.Total {
			return out
		}
		q.Limit = min(len(out.No), q.Limit) * forestBytes / len(body) * 98 / 100
	}
}

// forest chooses the nodes and writes them. A node has more people below it
// than any of its children, so "at least so many below" always keeps parents.
func (f *fold) forest(s *shape, q ForestQuery, pause func()) Forest {
	p := picker{f: f, s: s, pause: pause, shown: make([]bool, len(s.below))}
	p.choose(q.Root)
	out := Forest{AsOf: momentTime(s.at), Start: momentTime(f.tally.time.start), Base: 1, Total: p.total,
		No: []uint32{}, Parent: []uint32{}, Time: []int64{}, Children: []uint32{}, Below: []uint32{}}
	for c := ChannelNone; c <= Other; c++ {
		out.Names = append(out.Names, c.word())
	}
	if p.nodes > q.Limit {
		p.fold(q.Limit)
	}
	if q.Root != 0 {
		out.Base = int(f.viewers.at(q.Root).generation)
	}
	p.write(&out, q.Root)
	p.rest(&out, q.Root)
	return out
}

// picker chooses the nodes of one picture.
type picker struct {
	f     *fold
	s     *shape
	pause func()
	shown []bool // by number
	nodes int
	total int // in reach
}

// each runs over the viewers by number, giving up the lock now and then.
func (p *picker) each(fn func(no uint32, v *node)) {
	for i := uint32(1); i < uint32(len(p.shown)); i++ {
		if v := p.f.viewers.at(i); v.flags&nodeThere != 0 {
			fn(i, v)
		}
		if i%shapePiece == 0 && p.pause != nil {
			p.pause()
		}
	}
}

// choose shows all that belong: who is in reach, and who has such people below.
func (p *picker) choose(root uint32) {
	p.each(func(no uint32, v *node) {
		in := root == 0 || no == root || v.parent >= root && p.shown[v.parent]
		if !in || v.flags&nodeOut != 0 || !v.counts() && p.s.below[no] == 0 && no != root {
			return
		}
		p.shown[no] = true
		p.nodes++
		if v.counts() {
			p.total++
		}
	})
}

// fold keeps limit nodes: those with most people below, then the first to come
// of the next smaller ones.
func (p *picker) fold(limit int) {
	floor, room := p.floor(limit)
	p.each(func(no uint32, v *node) {
		below := p.s.below[no]
		switch {
		case !p.shown[no] || below >= floor:
		case below+1 == floor && room > 0 && (v.parent == 0 || p.shown[v.parent]):
			room--
		default:
			p.shown[no] = false
		}
	})
}

// floor finds the smallest number below that at most limit nodes have, and how
// many places those leave, looking at the upper and then the lower 16 bits.
func (p *picker) floor(limit int) (uint32, int) {
	count := func(digit func(uint32) (uint32, bool)) []int {
		n := make([]int, 1<<16)
		p.each(func(no uint32, _ *node) {
			if d, ok := digit(p.s.below[no]); ok && p.shown[no] {
				n[d]++
			}
		})
		return n
	}
	left := limit
	down := func(n []int) uint32 {
		for d := len(n) - 1; d >= 0; d-- {
			if n[d] > left {
				return uint32(d)
			}
			left -= n[d]
		}
		return 0
	}
	high := down(count(func(b uint32) (uint32, bool) { return b >> 16, true }))
	low := down(count(func(b uint32) (uint32, bool) { return b & 0xffff, b>>16 == high }))
	return high<<16 + low + 1, left
}

func (p *picker) write(out *Forest, root uint32) {
	place := map[uint32]uint32{} // number → position
	var channels, flags []byte
	var last uint32
	var clock int64
	const second = int64(time.Second / time.Microsecond)
	p.each(func(no uint32, v *node) {
		if !p.shown[no] {
			return
		}
		at := uint32(len(out.No))
		place[no] = at
		up := uint32(0)
		if v.parent != 0 && no != root {
			if parent, there := place[v.parent]; there {
				up = at - parent
			}
		}
		t := (v.claimed - p.f.tally.time.start) / second
		out.No = append(out.No, no-last)
		out.Parent = append(out.Parent, up)
		out.Time = append(out.Time, t-clock)
		out.Children = append(out.Children, v.children)
		out.Below = append(out.Below, p.s.below[no])
		channels = append(channels, 'a'+byte(v.channel))
		flags = append(flags, 'A'+v.picture())
		last, clock = no, t
	})
	out.Channel, out.Flags = string(channels), string(flags)
}

// picture gives the flags of a node in a Forest, at most 31.
func (v *node) picture() byte {
	var b byte
	for i, on := range []bool{v.viewed != 0, v.flags&nodeCopied != 0, v.flags&nodeErased != 0, v.flags&nodeRevoked != 0, !v.counts()} {
		if on {
			b |= 1 << i
		}
	}
	return b
}

// rest counts the cascades of which nothing is shown.
func (p *picker) rest(out *Forest, root uint32) {
	out.Rest = []SizeClass{}
	if root != 0 {
		return
	}
	floors := sizeFloors()
	var rest [sizeClasses]sizeClass
	p.each(func(no uint32, v *node) {
		if v.parent != 0 || p.shown[no] || v.flags&nodeOut != 0 {
			return
		}
		size := int(p.s.below[no])
		if v.counts() {
			size++
		}
		for i := len(floors) - 1; i >= 0; i-- {
			if size >= floors[i] {
				rest[i].cascades++
				rest[i].people += size
				return
			}
		}
	})
	for i, c := range rest {
		if c.cascades > 0 {
			out.Rest = append(out.Rest, SizeClass{floors[i], c.cascades, c.people})
		}
	}
}
