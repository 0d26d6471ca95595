package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

func decode(r io.Reader, v any) error { return json.NewDecoder(r).Decode(v) }

// bar shows how far a long work is: a bar on a terminal, a plain line every
// quarter elsewhere.
type bar struct {
	out     io.Writer
	what    string
	live    bool
	last    time.Time
	quarter int
}

func newBar(out io.Writer, what string) *bar {
	f, ok := out.(*os.File)
	return &bar{out: out, what: what, live: ok && term.IsTerminal(int(f.Fd()))}
}

func (b *bar) step(done, of int) {
	const width = 30
	if of == 0 {
		return
	}
	if !b.live {
		if q := done * 4 / of; q > b.quarter {
			b.quarter = q
			fmt.Fprintf(b.out, "%s: %d %%\n", b.what, q*25)
		}
		return
	}
	if time.Since(b.last) < 50*time.Millisecond && done < of {
		return
	}
	b.last = time.Now()
	full := done * width / of
	fmt.Fprintf(b.out, "\r%s  [%s%s] %3d %%", b.what, strings.Repeat("█", full), strings.Repeat("·", width-full), done*100/of)
}

func (b *bar) end() {
	if b.live {
		fmt.Fprintln(b.out)
	}
}
