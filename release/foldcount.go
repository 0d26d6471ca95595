package release

// tally holds every number that is kept up with each event. Each count…
// function below adds what one row contributes (sign 1) or takes it out
// (sign -1); a change is: take out, change the row, put in.
type tally struct {
	reach, copied, loose int // loose: copied on a door, under nobody
	views, again         int
	sharers              int
	test, internal       int // left out
	unconfirmed          int
	minted, doors        int // seeds
	groups               int // group links handed on
	single, byGroup      int // seats taken on handed-on links, one-to-one and group
	generations          []genTally
	channels             [Other + 1]channelTally
	quarters             [256][4]int32
	shareToClaim         latencies
	claimToView          latencies
	claimToShare         latencies
	edge                 latencies // from a viewer's claim to the claim of somebody they brought
	time                 timeline
}

type genTally struct {
	reach, copied, views, shares, sharers, brought int32
}

type channelTally struct {
	reach, views                               int32 // viewers who came by it
	sent, shared, previewed, opened            int32 // links that went by it
	claimed, viewed, waiting, brought, sharers int32
}

// maxGenerations is how many generations are counted one by one; deeper ones
// are one row.
const maxGenerations = 1000

func (t *tally) generation(g uint32) *genTally {
	i := int(min(g, maxGenerations+1)) - 1
	for len(t.generations) <= i {
		t.generations = append(t.generations, genTally{})
	}
	return &t.generations[i]
}

func (v *node) counts() bool { return v.flags&(nodeOut|nodeUnconfirmed) == 0 }

// count counts a viewer whole.
func (f *fold) count(v *node, sign int32) {
	t, n := &f.tally, int(sign)
	l := f.links.at(v.link)
	switch {
	case v.flags&nodeOut != 0:
		if v.flags&nodeTest != 0 || l.flags&linkTest != 0 {
			t.test += n
		} else {
			t.internal += n
		}
		f.countLink(l, -1)
		l.outs = uint32(int64(l.outs) + int64(sign))
		f.countLink(l, 1)
		return
	case v.flags&nodeUnconfirmed != 0:
		t.unconfirmed += n
		return
	}
	g, c := t.generation(v.generation), &t.channels[v.channel]
	t.reach += n
	g.reach += sign
	c.reach += sign
	if v.flags&nodeCopied != 0 {
		t.copied += n
		g.copied += sign
		if v.parent == 0 {
			t.loose += n
		}
	} else if l.flags&linkShared != 0 {
		if l.flags&linkGroup != 0 {
			t.byGroup += n
		} else {
			t.single += n
		}
		if l.at != 0 {
			t.shareToClaim.add(elapsed(l.at, v.claimed), sign)
		}
	}
	t.time.claim(v.claimed, v.generation, sign)
	f.countLink(l, -1)
	l.in = uint32(int64(l.in) + int64(sign))
	f.countLink(l, 1)
	if v.parent != 0 {
		p := f.viewers.at(v.parent)
		p.children = uint32(int64(p.children) + int64(sign))
		t.generation(p.generation).brought += sign
		t.channels[p.channel].brought += sign
		t.edge.add(elapsed(p.claimed, v.claimed), sign)
	}
	if v.viewed != 0 {
		f.countView(v, sign)
	}
	if v.again != 0 {
		f.countAgain(v, sign*int32(v.again))
	}
	f.countShares(v, sign)
	if v.quarters != 0 {
		f.countQuarters(v, sign)
	}
}

func (f *fold) countView(v *node, sign int32) {
	if !v.counts() {
		return
	}
	t := &f.tally
	t.views += int(sign)
	t.generation(v.generation).views += sign
	t.channels[v.channel].views += sign
	t.claimToView.add(v.viewed, sign)
	t.time.view(v.claimed+int64(v.viewed-1)*beat, v.generation, sign)
	l := f.links.at(v.link)
	f.countLink(l, -1)
	l.seen = uint32(int64(l.seen) + int64(sign))
	f.countLink(l, 1)
}

func (f *fold) countAgain(v *node, n int32) {
	if v.counts() {
		f.tally.again += int(n)
	}
}

// countShares counts what a viewer handed on.
func (f *fold) countShares(v *node, sign int32) {
	if v.shares == 0 && v.shared == 0 || !v.counts() {
		return
	}
	t := &f.tally
	g := t.generation(v.generation)
	g.shares += sign * int32(v.shares)
	if v.shares > 0 {
		g.sharers += sign
		t.channels[v.channel].sharers += sign
		t.sharers += int(sign)
	}
	if v.shared != 0 {
		t.claimToShare.add(v.shared, sign)
	}
}

// countLink counts a link. It is in the funnel when it is in somebody's hands
// and neither test nor internal; a share that came back is not.
func (f *fold) countLink(l *linkNode, sign int32) {
	if l.flags&(linkMinted|linkShared) == 0 || l.flags&(linkReturned|linkTest|linkBelowOut) != 0 {
		return
	}
	if l.outs > 0 && l.outs == l.all {
		return // all who came by it are our own people
	}
	t := &f.tally
	c := &t.channels[l.channel]
	opened := l.flags&linkOpened != 0 || l.in > 0
	previewed := l.flags&linkPreviewed != 0
	if l.flags&linkMinted != 0 {
		t.minted += int(sign)
		if l.flags&linkDoor != 0 {
			t.doors += int(sign)
		}
		if opened || previewed || l.flags&linkSent != 0 {
			c.sent += sign
		}
	} else {
		c.shared += sign
		if l.flags&linkGroup != 0 {
			t.groups += int(sign)
		}
	}
	if previewed {
		c.previewed += sign
	}
	if opened {
		c.opened += sign
	} else if l.all == 0 {
		c.waiting += sign
	}
	if l.in > 0 {
		c.claimed += sign
	}
	if l.seen > 0 {
		c.viewed += sign
	}
}

// recount makes all numbers anew from the rows. Marking a branch internal
// needs it: rare, one pass, no recursion.
func (f *fold) recount() {
	start := f.tally.time.start
	f.tally = tally{}
	f.tally.time.start = start
	for i := uint32(1); i < f.viewers.n; i++ {
		if v := f.viewers.at(i); v.flags&nodeThere != 0 {
			v.children = 0
			f.inherit(v)
		}
	}
	for i := uint32(1); i < f.links.n; i++ {
		l := f.links.at(i)
		l.in, l.outs, l.seen = 0, 0, 0
		l.flags &^= linkBelowOut
		if v := f.viewer(l.sharer); v != nil && v.flags&nodeOut != 0 {
			l.flags |= linkBelowOut
		}
		f.countLink(l, 1)
	}
	for i := uint32(1); i < f.viewers.n; i++ {
		if v := f.viewers.at(i); v.flags&nodeThere != 0 {
			f.count(v, 1)
		}
	}
	f.unread = false
}
