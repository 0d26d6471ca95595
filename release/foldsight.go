package release

// addSighting takes one merged row, whole. The same row again changes nothing.
func (f *fold) addSighting(s Sighting) {
	_, l := f.link(s.LinkNo)
	if l == nil {
		return
	}
	f.countLink(l, -1)
	defer f.countLink(l, 1)
	switch s.Kind {
	case SightPreview:
		l.flags |= linkPreviewed
	case SightOpen:
		l.flags |= linkOpened
	case SightMet:
		l.flags |= linkOpened
		f.sumSighting(&f.met, l, linkMet, s)
	case SightBlocked:
		f.sumSighting(&f.blocked, l, linkBlocked, s)
	}
}

// sumSighting keeps how often something was seen, of which each row tells its
// whole count so far.
func (f *fold) sumSighting(sum *Occurrences, l *linkNode, flag linkFlag, s Sighting) {
	class, there := f.classes[s.Class]
	if !there {
		class = uint8(min(len(f.classes), 255))
		f.classes[s.Class] = class
	}
	key := sightingKey{s.LinkNo, flag, class}
	old := f.seen[key]
	now := max(old, uint32(max(s.Count, 0)))
	f.seen[key] = now
	sum.Times += int(now - old)
	if l.flags&flag == 0 {
		l.flags |= flag
		sum.Links++
	}
}
