package release

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// recount is the slow and plain way: from the whole list of events, with maps,
// asking every question of every viewer.
type recount struct {
	viewers map[uint32]*plainViewer
	links   map[uint32]*plainLink
}

type plainViewer struct {
	no, parent, link                  uint32
	channel                           Channel
	copied, marked, unconfirmed, seen bool
	viewed                            bool
	again                             int
	quarters                          map[[2]uint32]bool
}

type plainLink struct {
	no, sharer              uint32
	seed, test, group, back bool
	sent                    bool
	channel                 Channel
}

func recountOf(events []Event) *recount {
	r := &recount{viewers: map[uint32]*plainViewer{}, links: map[uint32]*plainLink{}}
	for _, e := range events {
		v, l := r.viewers[e.Viewer], r.links[e.Link]
		switch e.Kind {
		case Minted:
			r.links[e.Link] = &plainLink{no: e.Link, seed: true, test: e.Flags&FlagTest != 0, channel: e.Channel}
		case Shared:
			r.links[e.Link] = &plainLink{no: e.Link, sharer: e.Viewer, group: e.Value > 1, channel: e.Channel}
			v.unconfirmed = false
		case ShareReturned:
			l.back = true
		case SentOut:
			l.sent = true
			if e.Channel != ChannelNone {
				l.channel = e.Channel
			}
		case Claimed:
			r.viewers[e.Viewer] = &plainViewer{no: e.Viewer, parent: e.Parent, link: e.Link, channel: e.Channel,
				copied: e.Flags&FlagCopied != 0, quarters: map[[2]uint32]bool{}}
		case Viewed:
			v.unconfirmed = false
			if v.viewed {
				v.again++
			}
			v.viewed = true
		case Played:
			v.unconfirmed = false
			v.again++
		case Quarter:
			v.unconfirmed = false
			v.quarters[[2]uint32{uint32(e.Asset), e.Value}] = true
		case Confirmed:
			v.unconfirmed = false
		case SeatFreed:
			if !v.copied && !v.seen {
				v.seen = true // a seat is lost once
				v.unconfirmed = !v.viewed && r.handedOn(v.no) == 0
			}
		case Internalised:
			v.marked = e.Value == 1
		}
	}
	return r
}

func (r *recount) handedOn(no uint32) int {
	n := 0
	for _, l := range r.links {
		if l.sharer == no && !l.back {
			n++
		}
	}
	return n
}

func (r *recount) chain(no uint32) []*plainViewer {
	var out []*plainViewer
	for v := r.viewers[no]; v != nil; v = r.viewers[v.parent] {
		out = append(out, v)
	}
	return out
}

// left tells why a viewer counts nowhere.
func (r *recount) left(v *plainViewer) string {
	if r.links[v.link].test {
		return "test"
	}
	for _, up := range r.chain(v.no) {
		if up.marked || r.links[up.link].test {
			return "internal"
		}
	}
	if v.unconfirmed {
		return "unconfirmed"
	}
	return ""
}

// differs says where a report differs from the plain count, "" when nowhere.
func (r *recount) differs(got Report) string {
	var b strings.Builder
	same := func(what string, got, want any) {
		if fmt.Sprint(got) != fmt.Sprint(want) {
			fmt.Fprintf(&b, "%s is %v, want %v\n", what, got, want)
		}
	}
	n := map[string]int{}
	var generations []int
	channels := map[string]int{}
	children, below := map[uint32]int{}, map[uint32]int{}
	cascades := map[uint32]int{}
	in := map[uint32]int{} // by link
	everybody, outs := map[uint32]int{}, map[uint32]int{}
	for _, v := range r.viewers {
		everybody[v.link]++
		if why := r.left(v); why != "" {
			n[why]++
			if why != "unconfirmed" {
				outs[v.link]++
			}
			continue
		}
		chain := r.chain(v.no)
		n["reach"]++
		in[v.link]++
		for len(generations) < len(chain) {
			generations = append(generations, 0)
		}
		generations[len(chain)-1]++
		channels[v.channel.word()]++
		cascades[chain[len(chain)-1].no]++
		for i, up := range chain[1:] {
			below[up.no]++
			if i == 0 {
				children[up.no]++
			}
		}
		if v.copied {
			n["copied"]++
		}
		if v.viewed {
			n["views"]++
			n["plays"]++
		}
		n["plays"] += v.again
		if r.handedOn(v.no) > 0 {
			n["sharers"]++
		}
		for q := range v.quarters {
			if q[0] == 1 && q[1] == 75 {
				n["first at 75"]++
			}
		}
	}
	for _, l := range r.links {
		if l.back || l.test || outs[l.no] > 0 && outs[l.no] == everybody[l.no] {
			continue
		}
		if s := r.viewers[l.sharer]; s != nil && (r.left(s) == "test" || r.left(s) == "internal") {
			continue
		}
		opened := in[l.no] > 0
		if l.seed {
			n["minted"]++
			if l.sent || opened {
				n["sent"]++
			}
		} else {
			n["shared"]++
		}
		if opened {
			n["opened"]++
		} else if everybody[l.no] == 0 {
			n["waiting"]++
		}
	}
	same("reach", got.Reach, n["reach"])
	same("copied", got.Copied, n["copied"])
	same("views", got.Views, n["views"])
	same("plays", got.Plays, n["plays"])
	same("left out", got.LeftOut, LeftOut{n["test"], n["internal"], n["unconfirmed"]})
	same("generations", got.Generations, generations)
	same("channels", got.Channels, channels)
	f := got.Funnel
	same("funnel", []int{f.Minted, f.Sent, f.Shared, f.Opened, f.Claimed, f.Viewed, f.SharedOn, got.Waiting},
		[]int{n["minted"], n["sent"], n["shared"], n["opened"], n["reach"], n["views"], n["sharers"], n["waiting"]})
	same("cascades", got.Forest.Cascades, len(cascades))
	largest := 0
	for _, size := range cascades {
		largest = max(largest, size)
	}
	same("the largest", got.Forest.Largest, largest)
	same("the longest", got.Longest.Generations, len(generations))
	same("who brought somebody", len(got.Top), min(bestSharers, r.reaching(children)))
	for i, s := range got.Top {
		same(fmt.Sprintf("children and below of viewer %d", s.No), []int{s.Children, s.Below}, []int{children[s.No], below[s.No]})
		if i > 0 && got.Top[i-1].Children < s.Children {
			same("order of the best sharers", i, "")
		}
	}
	claims, views := 0, 0
	for i := range got.Timeline.Claims {
		claims += sum(got.Timeline.Claims[i])
		views += sum(got.Timeline.Views[i])
	}
	if got.Timeline.Seconds >= 3600 { // by the minute it is whole only for the first hours
		same("the timeline", []int{claims, views}, []int{n["reach"], n["views"]})
	}
	if !slices.Equal(generations, []int(nil)) && !reflect.DeepEqual(got.Generations, generations) {
		same("generations", got.Generations, generations)
	}
	return b.String()
}

// reaching counts who has children and is in reach.
func (r *recount) reaching(children map[uint32]int) int {
	n := 0
	for no := range children {
		if r.left(r.viewers[no]) == "" {
			n++
		}
	}
	return n
}

func sum(all []int) int {
	n := 0
	for _, x := range all {
		n += x
	}
	return n
}
