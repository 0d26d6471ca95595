package release

import "time"

// fold is a campaign's report as arrays of numbers, built by folding its
// events in order. Adding one event costs a constant: nothing here walks a
// chain. What needs a look at the whole forest (descendants, best sharers, the
// longest chain) is a shape, made in one pass beside it.
//
// Viewers and links are indexed by their running numbers. Link numbers have
// gaps (prepared links take numbers and have no event), so they go through a
// small index; viewer numbers have next to none.
//
// A fold is not safe for concurrent use: its keeper holds the lock.
type fold struct {
	seq     uint64 // the last event folded
	moved   uint64 // the last one that changed who is in reach: shapes go by it
	at      int64  // its time, Unix microseconds
	viewers foldPages[node]
	linkAt  foldPages[uint32] // link number → row in links; 0 = none
	links   foldPages[linkNode]
	tally   tally
	far     map[farKey]uint8       // quarters of assets past the sixteenth
	seen    map[sightingKey]uint32 // met and blocked, by link and class
	classes map[string]uint8       // numbers of fetcher classes
	unread  bool                   // branches were marked: recount before reading
	faults  map[string]foldFault   // what did not fit, by kind
	met     Occurrences            // somebody already in opened another link
	blocked Occurrences            // opened, but closed, taken or cut
}

type farKey struct {
	viewer uint32
	asset  uint8
}

type sightingKey struct {
	link  uint32
	kind  linkFlag
	class uint8
}

type foldFault struct {
	times int
	first uint64 // seq
}

// node is one viewer: 64 bytes.
type node struct {
	claimed    int64  // Unix microseconds
	quarters   uint64 // four bits for each of the first sixteen assets
	parent     uint32
	link       uint32 // row in fold.links
	root       uint32 // the generation-1 viewer above
	generation uint32
	children   uint32 // in reach
	shares     uint32 // handed on and not returned
	again      uint32 // plays after the first
	viewed     uint32 // tenths of a second after the claim, plus one; 0 = not yet
	shared     uint32 // the first share act, in the same way
	flags      nodeFlag
	channel    Channel
}

type nodeFlag uint16

const (
	nodeThere       nodeFlag = 1 << iota
	nodeCopied               // came by a link that somebody had claimed
	nodeTest                 // claimed a test link
	nodeMarked               // marked internal, by itself
	nodeOut                  // test or internal, by itself or from above: counts nowhere
	nodeUnconfirmed          // lost the seat and gave no sign of life since
	nodeSeatLost             // lost the seat
	nodeErased
	nodeRevoked
)

// linkNode is one link that was handed out, or of which something was seen: 40 bytes.
type linkNode struct {
	at      int64 // when it was shared; 0 when that is not known
	sharer  uint32
	seats   uint32
	claimed uint32 // seats taken and not freed
	all     uint32 // everybody who ever came by it
	outs    uint32 // of them, test and internal
	in      uint32 // of them, in reach
	seen    uint32 // of them, in reach and with a view
	flags   linkFlag
	channel Channel
}

type linkFlag uint16

const (
	linkMinted linkFlag = 1 << iota
	linkShared
	linkReturned
	linkSent
	linkDoor
	linkGroup
	linkTest
	linkBelowOut // its sharer counts nowhere
	linkPreviewed
	linkOpened
	linkRevoked
	linkMet
	linkBlocked
)

// beat is the fold's unit of time between two acts.
const beat = int64(100 * time.Millisecond / time.Microsecond)

func newFold() *fold {
	f := &fold{far: map[farKey]uint8{}, seen: map[sightingKey]uint32{}, classes: map[string]uint8{},
		faults: map[string]foldFault{}}
	f.viewers.grow(0) // numbers start at 1, so 0 can mean none
	f.links.grow(0)
	return f
}

// elapsed gives the time between two acts as the fold keeps it: never 0.
func elapsed(from, to int64) uint32 {
	d := (to - from) / beat
	return uint32(min(max(d, 0), 1<<32-2)) + 1
}

// maxGap bounds the gap that one event may open: a damaged number must not
// take all memory.
const maxGap = 16 << 20

// viewer gives the row of a viewer that claimed, nil when there is none.
func (f *fold) viewer(no uint32) *node {
	if no == 0 || no >= f.viewers.n {
		return nil
	}
	if v := f.viewers.at(no); v.flags&nodeThere != 0 {
		return v
	}
	return nil
}

// link gives a link's row, making one when there is none, and its index.
func (f *fold) link(no uint32) (uint32, *linkNode) {
	if no == 0 || no > f.linkAt.n+maxGap {
		return 0, nil
	}
	at := f.linkAt.grow(no)
	if *at == 0 {
		*at = f.links.n
		f.links.grow(f.links.n)
	}
	return *at, f.links.at(*at)
}

// apply folds a batch; events that were folded before are passed over.
func (f *fold) apply(batch []Event) {
	for i := range batch {
		f.add(&batch[i])
	}
}

func (f *fold) fault(e *Event, what string) {
	old := f.faults[what]
	if old.times == 0 {
		old.first = e.Seq
	}
	old.times++
	f.faults[what] = old
}

// add folds one event.
func (f *fold) add(e *Event) {
	if e.Seq <= f.seq {
		return
	}
	f.seq, f.at = e.Seq, e.At.UnixMicro()
	switch e.Kind {
	case Minted, SentOut, RevokedLink, RestoredLink:
		f.addLink(e)
	case Shared:
		f.addShare(e)
	case ShareReturned:
		f.addReturn(e)
	case Claimed:
		f.addClaim(e)
	case SeatFreed:
		f.addSeatFreed(e)
	case Viewed, Played, Quarter, Confirmed, Erased, RevokedViewer, RestoredView, Internalised:
		v := f.viewer(e.Viewer)
		if v == nil {
			f.fault(e, "viewer")
			return
		}
		f.addViewer(e, v)
	}
}

func (f *fold) addLink(e *Event) {
	_, l := f.link(e.Link)
	if l == nil {
		f.fault(e, "link")
		return
	}
	f.countLink(l, -1)
	defer f.countLink(l, 1)
	switch e.Kind {
	case Minted:
		l.flags |= linkMinted
		l.seats = e.Value
		l.setFlags(e.Flags)
		if e.Channel != ChannelNone {
			l.channel = min(e.Channel, Other)
		}
	case SentOut:
		l.flags |= linkSent
		if e.Channel != ChannelNone {
			l.channel = min(e.Channel, Other)
		}
	case RevokedLink:
		l.flags |= linkRevoked
	case RestoredLink:
		l.flags &^= linkRevoked
	}
}

func (l *linkNode) setFlags(flags Flag) {
	if flags&FlagTest != 0 {
		l.flags |= linkTest
	}
	if flags&FlagDoor != 0 {
		l.flags |= linkDoor
	}
	if flags&FlagGroup != 0 {
		l.flags |= linkGroup
	}
}

func (f *fold) addShare(e *Event) {
	v := f.viewer(e.Viewer)
	_, l := f.link(e.Link)
	again := l != nil && l.flags&linkReturned != 0 && l.sharer == e.Viewer // came back, and was claimed all the same
	if v == nil || l == nil || !again && l.flags&(linkMinted|linkShared) != 0 {
		f.fault(e, "share")
		return
	}
	f.alive(v)
	f.countLink(l, -1)
	l.flags |= linkShared
	l.flags &^= linkReturned
	l.sharer, l.seats, l.channel = e.Viewer, e.Value, min(e.Channel, Other)
	l.setFlags(e.Flags)
	if e.Value > 1 {
		l.flags |= linkGroup
	}
	if v.flags&nodeOut != 0 {
		l.flags |= linkBelowOut
	}
	if e.Flags&FlagLate == 0 {
		l.at = f.at
	} else if !again {
		l.at = 0
	}
	f.countLink(l, 1)
	f.countShares(v, -1)
	v.shares++
	if v.shared == 0 && e.Flags&FlagLate == 0 {
		v.shared = elapsed(v.claimed, f.at)
	}
	f.countShares(v, 1)
}

func (f *fold) addReturn(e *Event) {
	v := f.viewer(e.Viewer)
	_, l := f.link(e.Link)
	if v == nil || l == nil || l.flags&linkShared == 0 || l.flags&linkReturned != 0 || l.sharer != e.Viewer {
		f.fault(e, "return")
		return
	}
	f.countLink(l, -1)
	l.flags |= linkReturned
	f.countLink(l, 1)
	f.countShares(v, -1)
	v.shares--
	f.countShares(v, 1)
}

func (f *fold) addClaim(e *Event) {
	row, l := f.link(e.Link)
	if l == nil || e.Viewer == 0 || e.Viewer > f.viewers.n+maxGap || f.viewer(e.Viewer) != nil {
		f.fault(e, "claim")
		return
	}
	v := f.viewers.grow(e.Viewer)
	*v = node{claimed: f.at, link: row, root: e.Viewer, generation: 1, channel: min(e.Channel, Other),
		flags: nodeThere}
	if e.Flags&FlagCopied != 0 {
		v.flags |= nodeCopied
	} else {
		l.claimed++
	}
	if e.Flags&FlagTest != 0 {
		v.flags |= nodeTest
	}
	if e.Parent != 0 {
		// A parent claimed before its children, so its number is lower: passes
		// over the numbers in order meet parents first.
		if p := f.viewer(e.Parent); p != nil && e.Parent < e.Viewer {
			v.parent, v.root, v.generation = e.Parent, p.root, p.generation+1
		} else {
			f.fault(e, "parent")
		}
	}
	if f.tally.time.start == 0 {
		f.tally.time.start = f.at
	}
	f.countLink(l, -1)
	l.all++
	f.countLink(l, 1)
	f.inherit(v)
	f.count(v, 1)
	f.moved = f.seq
}

// inherit decides whether a viewer counts nowhere. Its parent must have been
// decided before.
func (f *fold) inherit(v *node) {
	out := v.flags&(nodeTest|nodeMarked) != 0 || f.links.at(v.link).flags&linkTest != 0
	if v.parent != 0 && f.viewers.at(v.parent).flags&nodeOut != 0 {
		out = true
	}
	if out {
		v.flags |= nodeOut
	} else {
		v.flags &^= nodeOut
	}
}

func (f *fold) addSeatFreed(e *Event) {
	v := f.viewer(e.Viewer)
	if v == nil || v.flags&(nodeSeatLost|nodeCopied) != 0 {
		f.fault(e, "seat")
		return
	}
	f.count(v, -1)
	v.flags |= nodeSeatLost
	if v.viewed == 0 && v.shares == 0 {
		v.flags |= nodeUnconfirmed
	}
	f.count(v, 1)
	f.moved = f.seq
	if l := f.links.at(v.link); l.claimed > 0 {
		l.claimed--
	}
}

// alive takes a sign of life: an unconfirmed viewer counts again.
func (f *fold) alive(v *node) {
	if v.flags&nodeUnconfirmed == 0 {
		return
	}
	f.count(v, -1)
	v.flags &^= nodeUnconfirmed
	f.count(v, 1)
	f.moved = f.seq
}

func (f *fold) addViewer(e *Event, v *node) {
	switch e.Kind {
	case Viewed, Played:
		f.alive(v)
		if v.viewed != 0 || e.Kind == Played {
			v.again++
			f.countAgain(v, 1)
			return
		}
		v.viewed = elapsed(v.claimed, f.at)
		f.countView(v, 1)
	case Quarter:
		f.alive(v)
		f.addQuarter(e, v)
	case Confirmed:
		f.alive(v)
	case Erased:
		v.flags |= nodeErased
	case RevokedViewer:
		v.flags |= nodeRevoked
	case RestoredView:
		v.flags &^= nodeRevoked
	case Internalised:
		v.flags &^= nodeMarked
		if e.Value != 0 {
			v.flags |= nodeMarked
		}
		f.unread, f.moved = true, f.seq
	}
}
