package console

import (
	"bytes"
	"fmt"
	"html/template"
	"time"

	"passalong/release"
	"passalong/release/words"
)

const (
	curveWidth, curveHeight = 720, 240
	curveLeft, curveFoot    = 44, 24
)

// curve draws reach over time, generations stacked, from zero.
func curve(say words.Words, t release.Timeline, zone *time.Location) template.HTML {
	if t.Start == nil || len(t.Claims) == 0 {
		return ""
	}
	n := 0
	for _, row := range t.Claims {
		n = max(n, len(row))
	}
	if n == 0 {
		return ""
	}
	// Cumulated, and stacked from generation 1 upwards.
	tops := make([][]int, len(t.Claims)+1)
	tops[0] = make([]int, n)
	for g, row := range t.Claims {
		tops[g+1] = make([]int, n)
		sum := 0
		for i := range n {
			if i < len(row) {
				sum += row[i]
			}
			tops[g+1][i] = tops[g][i] + sum
		}
	}
	most := max(tops[len(t.Claims)][n-1], 1)
	x := func(i int) float64 { return curveLeft + float64(i)*(curveWidth-curveLeft-8)/float64(max(n-1, 1)) }
	y := func(v int) float64 { return 10 + (curveHeight-10-curveFoot)*(1-float64(v)/float64(most)) }
	var b bytes.Buffer
	svg(&b, "curve", say.T("console.q.curve"), curveWidth, curveHeight)
	for _, part := range []int{0, most / 2, most} {
		fmt.Fprintf(&b, `<path class="line" d="M%d %.1fH%d"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`,
			curveLeft, y(part), curveWidth-8, curveLeft-6, y(part)+4, say.Number(int64(part)))
		if most < 2 {
			break
		}
	}
	for g := range t.Claims {
		fmt.Fprintf(&b, `<path class="g-%d" d="M`, min(g+1, 6))
		for i := range n {
			fmt.Fprintf(&b, "%.1f %.1f ", x(i), y(tops[g+1][i]))
		}
		for i := n - 1; i >= 0; i-- {
			fmt.Fprintf(&b, "%.1f %.1f ", x(i), y(tops[g][i]))
		}
		b.WriteString(`Z"/>`)
	}
	end := t.Start.Add(time.Duration(n*t.Seconds) * time.Second)
	fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text><text x="%d" y="%d" text-anchor="end">%s</text></svg>`,
		curveLeft, curveHeight-6, template.HTMLEscapeString(say.Time(*t.Start, zone)),
		curveWidth-8, curveHeight-6, template.HTMLEscapeString(say.Time(end, zone)))
	return template.HTML(b.String())
}
