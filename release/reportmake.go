package release

import "time"

// fewViewers is below which a quotient says little.
const fewViewers = 20

// longestSteps is how much of the longest chain a report lists.
const longestSteps = 20

// report makes the document of a fold. Its cost depends on generations,
// channels and buckets of time, never on viewers.
func (f *fold) report(s *shape, now time.Time) Report {
	t := &f.tally
	r := Report{
		AsOf: now, Seq: f.seq, Reach: t.reach, Copied: t.copied, Loose: t.loose, Views: t.views, Plays: t.views + t.again,
		Met: f.met, Blocked: f.blocked,
		LeftOut: LeftOut{t.test, t.internal, t.unconfirmed}, Channels: map[string]int{}, Top: []Sharer{},
		Generations: []int{}, ByGeneration: []GenerationRow{}, ByChannel: []ChannelRow{}, Quarters: []AssetQuarter{},
	}
	f.byGeneration(&r, s)
	f.byChannel(&r)
	r.Timeline = t.time.document(f.at)
	r.Times = Times{t.shareToClaim.spread(), t.claimToView.spread(), t.claimToShare.spread()}
	f.virality(&r, now)
	f.lists(&r, s)
	return r
}

func (f *fold) byGeneration(r *Report, s *shape) {
	all := f.tally.generations
	for len(all) > 0 && all[len(all)-1].reach == 0 {
		all = all[:len(all)-1]
	}
	if len(all) > maxGenerations {
		r.Deeper = int(all[maxGenerations].reach)
		all = all[:maxGenerations]
	}
	for i, g := range all {
		r.Generations = append(r.Generations, int(g.reach))
		row := GenerationRow{
			Generation: i + 1, Reach: int(g.reach), Copied: int(g.copied), Views: int(g.views),
			Shares: int(g.shares), Sharers: int(g.sharers), Ratio: quotient(int(g.brought), int(g.reach)),
		}
		if i < len(s.alive) {
			row.Cascades = int(s.alive[i])
		}
		r.ByGeneration = append(r.ByGeneration, row)
	}
}

// word names a channel in a report: what is not known is said, never spread
// over the others.
func (c Channel) word() string {
	if c == ChannelNone {
		return "unknown"
	}
	return c.String()
}

func (f *fold) byChannel(r *Report) {
	for i := range f.tally.channels {
		c, t := Channel((i+1)%len(f.tally.channels)), channelTally{} // the unknown last
		if t = f.tally.channels[c]; t == (channelTally{}) {
			continue
		}
		if t.reach > 0 {
			r.Channels[c.word()] = int(t.reach)
		}
		r.ByChannel = append(r.ByChannel, ChannelRow{
			Channel: c.word(), Sent: int(t.sent), Shared: int(t.shared), Previewed: int(t.previewed),
			Opened: int(t.opened), ClaimedLinks: int(t.claimed), Claimed: int(t.reach), Viewed: int(t.views),
			SharedOn: int(t.sharers), Brought: int(t.brought), Waiting: int(t.waiting),
			OpenRate:  quotient(int(t.opened), int(t.opened+t.waiting)),
			ClaimRate: quotient(int(t.claimed), int(t.opened)),
		})
		r.Funnel.Sent += int(t.sent)
		r.Funnel.Shared += int(t.shared)
		r.Funnel.Previewed += int(t.previewed)
		r.Funnel.Opened += int(t.opened)
		r.Funnel.ClaimedLinks += int(t.claimed)
		r.Funnel.ViewedLinks += int(t.viewed)
		r.Waiting += int(t.waiting)
	}
	r.Funnel.Minted = f.tally.minted
	r.Funnel.Claimed, r.Funnel.Viewed, r.Funnel.SharedOn = r.Reach, r.Views, f.tally.sharers
}

// virality needs the document's time to know how young the viewers are.
func (f *fold) virality(r *Report, now time.Time) {
	t := &f.tally
	brought := 0
	for _, g := range t.generations {
		brought += int(g.brought)
	}
	single := r.Funnel.Shared - t.groups
	v := Virality{
		SharerRate: quotient(t.sharers, t.reach),
		SharesPer:  quotient(single, t.reach), ClaimsPer: quotient(t.single, single),
		GroupLinks: t.groups, ClaimsPerLink: quotient(t.byGroup, t.groups),
	}
	if mean := quotient(brought, t.reach); mean != nil {
		ten := *mean * 10
		v.Bring = &ten
	}
	median, known := t.edge.quantile(0.5)
	switch {
	case t.reach < fewViewers:
		v.Why = "few"
	case !known || 2*t.time.since(now.Add(-2*median).UnixMicro()) > t.reach:
		v.Why = "young"
	}
	v.Early = v.Why != ""
	r.Virality = v
}

func (f *fold) lists(r *Report, s *shape) {
	r.Forest = ForestSummary{Cascades: s.cascades, Alone: s.alone, Largest: s.largest, AsOf: momentTime(s.at)}
	for i, floor := range sizeFloors() {
		r.Forest.Sizes = append(r.Forest.Sizes, SizeClass{floor, s.sizes[i].cascades, s.sizes[i].people})
	}
	for _, no := range s.top {
		r.Top = append(r.Top, f.sharer(no, s))
	}
	r.Longest = Longest{Generations: int(s.depth), Steps: []Sharer{}}
	for _, no := range f.chain(s.deepest, longestSteps) {
		r.Longest.Steps = append(r.Longest.Steps, f.sharer(no, s))
	}
}

func (f *fold) sharer(no uint32, s *shape) Sharer {
	v := f.viewers.at(no)
	out := Sharer{No: no, Generation: int(v.generation), Channel: v.channel.word(), Children: int(v.children),
		Viewed: v.viewed != 0}
	if int(no) < len(s.below) {
		out.Below = int(s.below[no])
	}
	return out
}

func momentTime(at int64) *time.Time {
	if at == 0 {
		return nil
	}
	t := time.UnixMicro(at).UTC()
	return &t
}

func quotient(n, of int) *float64 {
	if of == 0 {
		return nil
	}
	q := float64(n) / float64(of)
	return &q
}

func (l *latencies) spread() Spread {
	at := func(q float64) *float64 {
		d, ok := l.quantile(q)
		if !ok {
			return nil
		}
		s := d.Seconds()
		return &s
	}
	return Spread{N: l.n, P25: at(0.25), Median: at(0.5), P75: at(0.75), P90: at(0.9)}
}

// document gives the minutes while the campaign is a few hours old, then the
// hours, then the days.
func (t *timeline) document(last int64) Timeline {
	out := Timeline{Seconds: 60, Claims: [][]int{}, Views: [][]int{}}
	if t.start == 0 {
		return out
	}
	buckets, per := t.minutes, 1
	if last-t.base() >= int64(fineHours*time.Hour/time.Microsecond) {
		buckets, out.Seconds = t.hours, 3600
		if len(buckets) > 24*21 {
			per, out.Seconds = 24, 24*3600
		}
	}
	buckets = trimEmpty(buckets)
	out.Start = momentTime(t.base())
	for i := 0; i < len(buckets); i += per {
		var sum moment
		for _, m := range buckets[i:min(i+per, len(buckets))] {
			for s := range stacks {
				sum.claims[s] += m.claims[s]
				sum.views[s] += m.views[s]
			}
		}
		out.Claims = append(out.Claims, trim(sum.claims))
		out.Views = append(out.Views, trim(sum.views))
	}
	return out
}

func trim(all [stacks]int32) []int {
	out := make([]int, 0, stacks)
	for i, n := range all {
		if n != 0 {
			for len(out) < i {
				out = append(out, 0)
			}
			out = append(out, int(n))
		}
	}
	return out
}

// since gives how many claimed at or after a time, by whole buckets.
func (t *timeline) since(at int64) int {
	buckets, length := t.hours, int64(time.Hour/time.Microsecond)
	if len(t.hours) <= fineHours {
		buckets, length = t.minutes, int64(time.Minute/time.Microsecond)
	}
	n := 0
	for i := max(0, (at-t.base())/length); i < int64(len(buckets)); i++ {
		for _, c := range buckets[i].claims {
			n += int(c)
		}
	}
	return n
}
