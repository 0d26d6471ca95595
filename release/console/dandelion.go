package console

import (
	"bytes"
	"fmt"
	"html/template"
	"math"

	"passalong/release"
	"passalong/release/words"
)

const dandelionSize = 760

// dandelion draws the forest: seeds at the heart, generations as rings, each
// node in its channel's colour, brighter the later it came.
func dandelion(say words.Words, f release.Forest) template.HTML {
	n := len(f.No)
	if n == 0 {
		return ""
	}
	parent, gen, no := make([]int, n), make([]int, n), make([]uint32, n)
	kids := make([][]int, n)
	var roots []int
	deepest, last := 1, uint32(0)
	seconds := make([]int64, n)
	var now int64
	for i := range n {
		last += f.No[i]
		no[i] = last
		now += f.Time[i]
		seconds[i] = now
		if f.Parent[i] == 0 {
			parent[i], gen[i] = -1, 1
			roots = append(roots, i)
			continue
		}
		parent[i] = i - int(f.Parent[i])
		gen[i] = gen[parent[i]] + 1
		deepest = max(deepest, gen[i])
		kids[parent[i]] = append(kids[parent[i]], i)
	}
	// Leaves get equal room on the circle; children come after their parents, so
	// one pass back adds up and one pass forth places.
	leaves := make([]float64, n)
	total := 0.0
	for i := n - 1; i >= 0; i-- {
		leaves[i] = max(leaves[i], 1)
		if parent[i] >= 0 {
			leaves[parent[i]] += leaves[i]
		} else {
			total += leaves[i]
		}
	}
	from, next := make([]float64, n), make([]float64, n)
	at := 0.0
	for _, r := range roots {
		from[r] = at
		at += leaves[r]
	}
	ring := (dandelionSize/2 - 24) / float64(deepest+1)
	x, y := make([]float64, n), make([]float64, n)
	for i := range n {
		if p := parent[i]; p >= 0 {
			from[i] = from[p] + next[p]
			next[p] += leaves[i]
		}
		angle := 2 * math.Pi * (from[i] + leaves[i]/2) / total
		radius := ring * (float64(gen[i]) + 0.2)
		x[i] = dandelionSize/2 + radius*math.Cos(angle)
		y[i] = dandelionSize/2 + radius*math.Sin(angle)
	}
	size := min(max(ring/9, 1.6), 5)
	var b bytes.Buffer
	svg(&b, "dandelion", say.T("console.q.forest"), dandelionSize, dandelionSize)
	b.WriteString(`<g class="edges">`)
	for i := range n {
		px, py := float64(dandelionSize)/2, float64(dandelionSize)/2
		if p := parent[i]; p >= 0 {
			px, py = x[p], y[p]
		}
		fmt.Fprintf(&b, `<path id="e%d" d="M%.1f %.1fL%.1f %.1f"/>`, i, px, py, x[i], y[i])
	}
	b.WriteString(`</g>`)
	for i := range n {
		name := ""
		if c := int(f.Channel[i] - 'a'); c >= 0 && c < len(f.Names) {
			name = f.Names[c]
		}
		faint := 1.0
		if now > 0 {
			faint = 0.45 + 0.55*float64(seconds[i])/float64(now)
		}
		r := size * (1 + math.Log1p(float64(f.Below[i]))/3)
		fmt.Fprintf(&b, `<a href="/console/viewers/no/%s/%d" tabindex="-1"><circle class="c-%s" data-i="%d" data-p="%d" cx="%.1f" cy="%.1f" r="%.1f" opacity="%.2f"/></a>`,
			template.URLQueryEscaper(string(f.Campaign)), no[i], template.HTMLEscapeString(name), i, parent[i], x[i], y[i], r, faint)
	}
	fmt.Fprintf(&b, `<circle class="heart" cx="%d" cy="%d" r="5"/></svg>`, dandelionSize/2, dandelionSize/2)
	return template.HTML(b.String())
}
