package cascade

import (
	"math"
	"math/rand/v2"
	"slices"
)

// ActKind is what somebody does.
type ActKind uint8

// The acts. For one link they come in this order, apart from Met.
const (
	Sent      ActKind = iota // the marketer hands a seed to its recipient
	Share                    // Actor passes Link on by Channel
	Preview                  // a machine fetches the card of Link
	Open                     // Actor (-1: somebody who goes no further) loads Link's page
	Claim                    // Actor claims Link
	CopyClaim                // Actor comes in by Link, which Parent had claimed
	Watch                    // Actor plays Fraction of the content
	Met                      // Actor, who is in already, opens Link
)

// Device is what somebody holds.
type Device uint8

// The devices. InApp is the browser inside a messaging app on a phone.
const (
	IPhone Device = iota
	Android
	InApp
	Tablet
	Desktop
)

// Act is one step of a plan.
type Act struct {
	At       int64 // microseconds from the release
	Kind     ActKind
	Actor    int32 // person, from 0 in order of arrival; -1 = nobody who is counted
	Parent   int32 // claims: the person above, -1 for a seed's viewer
	Link     int32 // from 0: the seeds, then shares; -1 for Watch
	Channel  uint8
	Device   Device
	Fraction float64 // Watch: 0..1, seen in this sitting
}

// Plan is what an audience does, in order: who does an act has claimed before,
// and a link is shared before anything happens to it. Replayed on a server
// that tolerates Copies, it gives Forest.
type Plan struct {
	Seeds  int // links 0..Seeds-1 are the marketer's
	Links  int
	People int
	Acts   []Act
	Forest *Forest // who arrives below whom, positions being persons
}

// NewPlan makes a plan in which exactly people claim from seeds links. R is
// chosen so that the numbers fit; what is left is grown or cut at leaves. The
// same source gives the same plan. Fewer than one person or seed count as one;
// SeedQuota is Quota, as on a server.
func NewPlan(a Audience, people, seeds int, rng *rand.Rand) *Plan {
	people, seeds = max(people, 1), max(seeds, 1)
	roots := min(people, max(1, int(math.Round(float64(seeds)*a.SeedClaims))))
	if a.Window <= 0 {
		a.Window = 96 * 3600
	}
	a.Span, a.SeedQuota = min(a.Span, a.Window/2), a.Quota
	a = a.reach(people, roots)
	var best *Forest
	miss := math.Inf(1)
	for range 40 {
		f := SimulateForest(a, roots, 3*people+10, rng)
		ratio := float64(f.Len()) / float64(people)
		if d := math.Abs(math.Log(ratio)); d < miss {
			best, miss = f, d
		}
		if miss < 0.08 {
			break
		}
		// Sizes scatter widely; lean on R a little so that some draw is near.
		a.R = min(max(a.R*math.Pow(ratio, -0.2), 0.01), 1.3)
	}
	d := &director{simulation: newSimulation(a, rng), links: seeds}
	d.settle(best, people)
	return d.plan(seeds)
}

// reach sets R for a mean of people from roots: roots(1 + SeedR/(1-R)).
func (a Audience) reach(people, roots int) Audience {
	below := float64(people)/float64(roots) - 1
	a.SeedR = min(a.SeedR, max(below*0.8, 0))
	if below > 0 {
		a.R = min(max(1-a.SeedR/below, 0.01), 1.1)
	} else {
		a.R = 0
	}
	return a
}

// director turns a forest into acts.
type director struct {
	*simulation
	f     *Forest
	links int
	acts  []Act
	link  []int32 // by person: the link they came in by
	held  []Device
	spent []int // links shared so far, by who pays for them
}

// settle makes the forest exactly as large as wanted.
func (d *director) settle(f *Forest, people int) {
	rows := make([]Row, f.Len())
	kids, spent := make([]int, f.Len()), make([]int, f.Len())
	for i := range rows {
		rows[i] = Row{ID: uint32(i + 1), At: f.At[i], Channel: d.medium(f.Channel[i]), Mark: f.Mark[i]}
		if p := f.Parent[i]; p >= 0 {
			rows[i].Parent = uint32(p + 1)
			kids[p]++
			if rows[i].Mark&Copied == 0 {
				spent[account(rows, int(p))]++
			}
		}
	}
	gone := make([]bool, len(rows))
	for have := len(rows); have > people; {
		i := d.rng.IntN(len(rows))
		if p := rows[i].Parent; kids[i] == 0 && !gone[i] && p > 0 {
			gone[i] = true
			kids[p-1]--
			have--
		}
	}
	for tries := 0; len(rows) < people; tries++ {
		// Whoever shares already is likelier to share again.
		p := d.rng.IntN(len(rows))
		if q := rows[p].Parent; q > 0 && d.rng.Float64() < 0.5 {
			p = int(q - 1)
		}
		pays := account(rows, p)
		if d.a.Quota > 0 && spent[pays] >= d.a.Quota {
			continue
		}
		row, ok := d.child(rows[p], int(rows[p].Channel), d.a.Delay)
		if !ok && tries < 50*people {
			continue
		} else if !ok { // hardly any time is left for anybody
			row.At = rows[p].At + int64(d.rng.Float64()*max(d.a.Window*1e6-float64(rows[p].At), 0))
			row.Parent, row.Channel = rows[p].ID, rows[p].Channel
		}
		if row.ID = uint32(len(rows) + 1); d.rng.Float64() < d.a.Plays {
			row.Mark = Viewed
		}
		spent[pays]++
		rows, spent, gone = append(rows, row), append(spent, 0), append(gone, false)
	}
	keep := rows[:0]
	for i, r := range rows {
		if !gone[i] {
			keep = append(keep, r)
		}
	}
	for i := range keep {
		keep[i].Channel = d.code(keep[i].Channel)
	}
	var err error
	if d.f, err = New(keep); err != nil {
		panic("cascade: a plan's forest is no forest: " + err.Error()) // only leaves were cut
	}
}

func (d *director) medium(code uint8) uint8 {
	return uint8(max(slices.IndexFunc(d.a.Media, func(m Medium) bool { return m.Code == code }), 0))
}

func (d *director) plan(seeds int) *Plan {
	n := d.f.Len()
	d.link, d.held, d.spent = make([]int32, n), make([]Device, n), make([]int, n)
	for i := range d.held {
		d.held[i] = d.device()
	}
	// Some seeds are never claimed: which ones is drawn.
	order := d.rng.Perm(seeds)
	for t, link := range order {
		if t >= len(d.f.Roots) {
			medium := d.seedMedium()
			at := d.stretch(0, int64(d.a.Span*1e6))
			d.act(Act{At: at, Kind: Sent, Actor: -1, Parent: -1, Link: int32(link), Channel: d.code(uint8(medium))})
			d.unclaimed(int32(link), -1, at, medium)
		}
	}
	for i := range int32(n) {
		p := d.f.Parent[i]
		switch {
		case p < 0:
			link := int32(order[d.f.Tree[i]])
			at := d.stretch(0, d.f.At[i])
			d.act(Act{At: at, Kind: Sent, Actor: -1, Parent: -1, Link: link, Channel: d.f.Channel[i]})
			d.claim(i, link, at)
		case d.f.Mark[i]&Copied != 0:
			d.link[i] = d.link[p]
			at := d.stretch(d.f.At[p], d.f.At[i])
			d.act(Act{At: at, Kind: Open, Actor: i, Parent: p, Link: d.link[p], Channel: d.f.Channel[i], Device: d.held[i]})
			d.act(Act{At: d.f.At[i], Kind: CopyClaim, Actor: i, Parent: p, Link: d.link[p], Channel: d.f.Channel[i], Device: d.held[i]})
		default:
			at := d.stretch(d.f.At[p], d.f.At[i])
			d.claim(i, d.share(p, at, d.f.Channel[i]), at)
		}
		d.watch(i)
	}
	d.spare()
	slices.SortStableFunc(d.acts, func(a, b Act) int {
		switch {
		case a.At < b.At:
			return -1
		case a.At > b.At:
			return 1
		}
		return 0
	})
	return &Plan{Seeds: seeds, Links: d.links, People: n, Acts: d.acts, Forest: d.f}
}

func (d *director) act(a Act) { d.acts = append(d.acts, a) }

// stretch picks an instant in the first part of the time between two.
func (d *director) stretch(from, to int64) int64 {
	return from + int64(float64(to-from)*(0.05+0.6*d.rng.Float64()))
}

func (d *director) share(by int32, at int64, channel uint8) int32 {
	link := int32(d.links)
	d.links++
	d.spent[d.account(by)]++
	d.act(Act{At: at, Kind: Share, Actor: by, Parent: d.f.Parent[by], Link: link, Channel: channel, Device: d.held[by]})
	return link
}

func (d *director) account(i int32) int32 {
	if d.f.Mark[i]&Copied != 0 {
		return d.f.Parent[i]
	}
	return i
}

// claim adds a link's way from the share at `shared` to the claim by i.
func (d *director) claim(i, link int32, shared int64) {
	at, p := d.f.At[i], d.f.Parent[i]
	open := max(at-int64((2+38*d.rng.Float64())*1e6), shared+(at-shared)/2)
	d.previews(link, d.f.Channel[i], shared, open)
	d.act(Act{At: open, Kind: Open, Actor: i, Parent: p, Link: link, Channel: d.f.Channel[i], Device: d.held[i]})
	d.act(Act{At: at, Kind: Claim, Actor: i, Parent: p, Link: link, Channel: d.f.Channel[i], Device: d.held[i]})
	d.link[i] = link
}

// previews come within seconds of the share, ahead of the opening.
func (d *director) previews(link int32, channel uint8, from, to int64) {
	mean := d.a.Media[d.medium(channel)].Previews
	for left := math.Exp(-mean); ; {
		if left /= max(d.rng.Float64(), 1e-12); left >= 1 {
			return // Knuth's Poisson: a product of uniforms
		}
		at := min(from+int64((0.3+4*d.rng.Float64())*1e6), to)
		d.act(Act{At: at, Kind: Preview, Actor: -1, Parent: -1, Link: link, Channel: channel})
	}
}

func (d *director) watch(i int32) {
	if d.f.Mark[i]&Viewed == 0 {
		return
	}
	at := d.f.At[i] + int64((1+9*d.rng.Float64())*1e6)
	d.act(Act{At: at, Kind: Watch, Actor: i, Parent: d.f.Parent[i], Link: -1, Channel: d.f.Channel[i], Device: d.held[i], Fraction: d.fraction()})
	if d.rng.Float64() < d.a.Again {
		at += int64((600 + 20_000*d.rng.ExpFloat64()) * 1e6)
		if at <= int64(d.a.Window*1e6) {
			d.act(Act{At: at, Kind: Watch, Actor: i, Parent: d.f.Parent[i], Link: -1, Channel: d.f.Channel[i], Device: d.held[i], Fraction: d.fraction()})
		}
	}
}

// fraction draws from the three ways of watching.
func (d *director) fraction() float64 {
	switch u := d.rng.Float64(); {
	case u < d.a.Drop:
		return 0.05 + 0.2*d.rng.Float64()
	case u < d.a.Drop+d.a.Half:
		return 0.3 + 0.5*d.rng.Float64()
	}
	return 1
}

func (d *director) device() Device {
	switch u := d.rng.Float64(); {
	case u < 0.36:
		return IPhone
	case u < 0.66:
		return Android
	case u < 0.86:
		return InApp
	case u < 0.9:
		return Tablet
	}
	return Desktop
}

// spare adds the links that nobody claims: mostly by those who share anyway.
func (d *director) spare() {
	claimed := slices.Clone(d.spent)
	for i := range int32(d.f.Len()) {
		n := 0
		for range max(claimed[i], 1) {
			chance := d.a.Unclaimed * 0.8
			if claimed[i] == 0 {
				chance = d.a.Unclaimed * 0.1
			}
			if d.rng.Float64() < chance {
				n++
			}
		}
		for range n {
			if d.a.Quota > 0 && d.spent[d.account(i)] >= d.a.Quota {
				break
			}
			medium := d.nextMedium(int(d.medium(d.f.Channel[i])))
			at := d.awake(seconds(d.f.At[i]) + max(d.rng.ExpFloat64()*5400, d.a.MinDelay))
			if at < d.a.Window {
				link := d.share(i, micros(at), d.code(uint8(medium)))
				d.unclaimed(link, i, micros(at), medium)
			}
		}
	}
}

// unclaimed is what may still happen to such a link: previews, an opening that
// goes no further, or one by somebody who is in already.
func (d *director) unclaimed(link, by int32, shared int64, medium int) {
	open := micros(d.awake(seconds(shared) + 60 + d.rng.ExpFloat64()*7200))
	channel := d.code(uint8(medium))
	d.previews(link, channel, shared, open)
	if d.rng.Float64() >= d.a.JustOpened || seconds(open) >= d.a.Window {
		return
	}
	if d.rng.Float64() < d.a.Met {
		in, _ := slices.BinarySearch(d.f.At, open)
		if in > 0 {
			if who := int32(d.rng.IntN(in)); who != by {
				d.act(Act{At: open, Kind: Met, Actor: who, Parent: d.f.Parent[who], Link: link, Channel: channel, Device: d.held[who]})
				return
			}
		}
	}
	d.act(Act{At: open, Kind: Open, Actor: -1, Parent: by, Link: link, Channel: channel, Device: d.device()})
}
