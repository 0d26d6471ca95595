package media

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strconv"
)

// A PDF is read by its cross-reference table only, each step bounded: no page
// content, font or script of it is ever touched here.
const (
	pdfObjectAtMost = 64 << 10
	pdfStreamAtMost = 32 << 20 // inflated
	pdfTables       = 64       // updates appended to one file
	pdfEntries      = 2_000_000
)

type pdf struct {
	r       io.ReaderAt
	size    int64
	shift   int64 // bytes before %PDF-
	at      map[int]int64
	inside  map[int][2]int // object → the object stream it is in, its index
	root    int
	locked  bool
	seen    map[int64]bool
	inflate int64 // bytes that may still be inflated
}

var (
	pdfStart  = regexp.MustCompile(`startxref\s+(\d{1,12})\s`)
	pdfRoot   = regexp.MustCompile(`/Root\s+(\d{1,9})\s+\d+\s+R`)
	pdfPages  = regexp.MustCompile(`/Pages\s+(\d{1,9})\s+\d+\s+R`)
	pdfCount  = regexp.MustCompile(`/Count\s+(\d{1,9})`)
	pdfPrev   = regexp.MustCompile(`/Prev\s+(\d{1,12})`)
	pdfHybrid = regexp.MustCompile(`/XRefStm\s+(\d{1,12})`)
	pdfCrypt  = regexp.MustCompile(`/Encrypt[\s<]`)
	pdfWidths = regexp.MustCompile(`/W\s*\[\s*(\d)\s+(\d)\s+(\d)\s*\]`)
	pdfIndex  = regexp.MustCompile(`/Index\s*\[([\d\s]*)\]`)
	pdfSize   = regexp.MustCompile(`/Size\s+(\d{1,9})`)
	pdfLength = regexp.MustCompile(`/Length\s+(\d{1,10})(\s+\d+\s+R)?`)
	pdfPred   = regexp.MustCompile(`/Predictor\s+(\d{1,2})`)
	pdfCols   = regexp.MustCompile(`/Columns\s+(\d{1,4})`)
	pdfFirst  = regexp.MustCompile(`/First\s+(\d{1,9})`)
	pdfObject = regexp.MustCompile(`^\s*(\d{1,9})\s+\d{1,5}\s+obj`)
)

func number(re *regexp.Regexp, p []byte) (int64, bool) {
	m := re.FindSubmatch(p)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(string(m[1]), 10, 64)
	return n, err == nil
}

func inspectPDF(r io.ReaderAt, size int64, o Options) (Info, error) {
	d := &pdf{r: r, size: size, at: map[int]int64{}, inside: map[int][2]int{}, seen: map[int64]bool{}, inflate: 4 * pdfStreamAtMost}
	head := d.read(0, 1024)
	d.shift = int64(max(bytes.Index(head, []byte("%PDF-")), 0))
	tail := d.read(max(0, size-4096), 4096)
	starts := pdfStart.FindAllSubmatch(tail, -1)
	if starts == nil {
		return Info{}, errBroken
	}
	start, _ := strconv.ParseInt(string(starts[len(starts)-1][1]), 10, 64)
	if err := d.table(start + d.shift); err != nil {
		return Info{}, err
	}
	if d.locked {
		return Info{}, refuse("file.encrypted", nil)
	}
	catalog, err := d.object(d.root)
	if err != nil {
		return Info{}, err
	}
	tree, ok := number(pdfPages, catalog)
	if !ok {
		return Info{}, errBroken
	}
	node, err := d.object(int(tree))
	if err != nil {
		return Info{}, err
	}
	count, ok := number(pdfCount, node)
	if !ok || count < 1 {
		return Info{}, errBroken
	}
	if count > int64(o.Pages) {
		return Info{}, refuse("file.too_many_pages", nil, "limit", o.Pages)
	}
	return Info{Kind: PDF, Mime: "application/pdf", Pages: int(count), IndexFirst: true}, nil
}

// read returns up to n bytes at an offset, fewer at the end, none outside.
func (d *pdf) read(at, n int64) []byte {
	if at < 0 || at >= d.size {
		return nil
	}
	p := make([]byte, min(n, d.size-at))
	got, _ := d.r.ReadAt(p, at)
	return p[:got]
}

// table reads one cross-reference section and those before it.
func (d *pdf) table(at int64) error {
	for range pdfTables {
		if d.seen[at] {
			return errBroken
		}
		d.seen[at] = true
		p := d.read(at, pdfObjectAtMost)
		var dict []byte
		var err error
		if t := bytes.TrimLeft(p, " \t\r\n\x00"); bytes.HasPrefix(t, []byte("xref")) {
			dict, err = d.plain(at + int64(len(p)-len(t)) + 4)
			if stm, ok := number(pdfHybrid, dict); ok && err == nil {
				_, err = d.compressed(stm + d.shift)
			}
		} else {
			dict, err = d.compressed(at)
		}
		if err != nil {
			return err
		}
		if root, ok := number(pdfRoot, dict); ok && d.root == 0 {
			d.root = int(root)
		}
		d.locked = d.locked || pdfCrypt.Match(dict)
		prev, more := number(pdfPrev, dict)
		if !more {
			return nil
		}
		at = prev + d.shift
	}
	return errBroken
}

// plain reads a classic table after its keyword and returns the trailer.
func (d *pdf) plain(at int64) ([]byte, error) {
	section := regexp.MustCompile(`^\s*(\d{1,9})\s+(\d{1,9})[ \t]*(\r\n|\r|\n)`)
	for range 10_000 {
		p := d.read(at, 256)
		t := bytes.TrimLeft(p, " \t\r\n\x00")
		if bytes.HasPrefix(t, []byte("trailer")) {
			return dictionary(d.read(at+int64(len(p)-len(t))+7, pdfObjectAtMost)), nil
		}
		m := section.FindSubmatch(p)
		if m == nil {
			return nil, errBroken
		}
		first, _ := strconv.Atoi(string(m[1]))
		n, _ := strconv.Atoi(string(m[2]))
		at += int64(len(m[0]))
		if n+len(d.at) > pdfEntries || at+int64(n)*20 > d.size {
			return nil, errBroken
		}
		rows := d.read(at, int64(n)*20)
		if len(rows) < n*20 {
			return nil, errBroken
		}
		for i := range n {
			row := rows[i*20 : i*20+20]
			off, err := strconv.ParseInt(string(row[:10]), 10, 64)
			if _, known := d.at[first+i]; err == nil && row[17] == 'n' && !known {
				if _, known := d.inside[first+i]; !known {
					d.at[first+i] = off + d.shift
				}
			}
		}
		at += int64(n) * 20
	}
	return nil, errBroken
}

// compressed reads a cross-reference stream and returns its dictionary.
func (d *pdf) compressed(at int64) ([]byte, error) {
	dict, data, err := d.stream(at)
	if err != nil {
		return nil, err
	}
	m := pdfWidths.FindSubmatch(dict)
	if m == nil {
		return nil, errBroken
	}
	var w [3]int
	for i := range w {
		w[i] = int(m[i+1][0] - '0')
	}
	row := w[0] + w[1] + w[2]
	size, ok := number(pdfSize, dict)
	if row == 0 || row > 24 || !ok || size > pdfEntries {
		return nil, errBroken
	}
	index := []int{0, int(size)}
	if m := pdfIndex.FindSubmatch(dict); m != nil {
		index = index[:0]
		for _, f := range bytes.Fields(m[1]) {
			n, _ := strconv.Atoi(string(f))
			index = append(index, n)
		}
	}
	field := func(p []byte) (v int64) {
		for _, c := range p {
			v = v<<8 | int64(c)
		}
		return v
	}
	for i := 0; i+1 < len(index); i += 2 {
		for k := 0; k < index[i+1] && len(data) >= row; k++ {
			kind := int64(1)
			if w[0] > 0 {
				kind = field(data[:w[0]])
			}
			a, b := field(data[w[0]:w[0]+w[1]]), field(data[w[0]+w[1]:row])
			data = data[row:]
			id := index[i] + k
			_, plain := d.at[id]
			_, packed := d.inside[id]
			if plain || packed || len(d.at)+len(d.inside) > pdfEntries {
				continue
			}
			switch kind {
			case 1:
				d.at[id] = a + d.shift
			case 2:
				d.inside[id] = [2]int{int(a), int(b)}
			}
		}
	}
	return dict, nil
}

// object returns the text of a dictionary object.
func (d *pdf) object(id int) ([]byte, error) {
	if at, ok := d.at[id]; ok {
		p := d.read(at, pdfObjectAtMost)
		m := pdfObject.FindSubmatch(p)
		if m == nil || string(m[1]) != strconv.Itoa(id) {
			return nil, errBroken
		}
		return dictionary(p[len(m[0]):]), nil
	}
	in, ok := d.inside[id]
	if !ok {
		return nil, errBroken
	}
	at, ok := d.at[in[0]]
	if !ok {
		return nil, errBroken
	}
	dict, data, err := d.stream(at)
	if err != nil {
		return nil, err
	}
	first, ok := number(pdfFirst, dict)
	if !ok || first > int64(len(data)) {
		return nil, errBroken
	}
	pairs := bytes.Fields(data[:first])
	for i := 0; i+1 < len(pairs); i += 2 {
		off, err := strconv.ParseInt(string(pairs[i+1]), 10, 64)
		if string(pairs[i]) == strconv.Itoa(id) && err == nil && off >= 0 && first+off <= int64(len(data)) {
			return dictionary(data[first+off:]), nil
		}
	}
	return nil, errBroken
}

// stream returns the dictionary and the inflated content of a stream object.
func (d *pdf) stream(at int64) (dict, data []byte, err error) {
	p := d.read(at, pdfObjectAtMost)
	m := pdfObject.Find(p)
	if m == nil {
		return nil, nil, errBroken
	}
	dict = dictionary(p[len(m):])
	i := bytes.Index(p[len(m)+len(dict):], []byte("stream"))
	if i < 0 || i > 64 {
		return nil, nil, errBroken
	}
	from := at + int64(len(m)+len(dict)+i+6)
	for _, c := range d.read(from, 2) {
		if c == '\r' || c == '\n' {
			from++
		}
		if c == '\n' {
			break
		}
	}
	var src io.Reader = io.NewSectionReader(d.r, from, d.size-from)
	if n, ok := number(pdfLength, dict); ok && !bytes.Contains(pdfLength.Find(dict), []byte("R")) {
		src = io.LimitReader(src, n)
	}
	if !bytes.Contains(dict, []byte("/FlateDecode")) {
		return nil, nil, errBroken
	}
	z, err := zlib.NewReader(src)
	if err != nil {
		return nil, nil, errBroken
	}
	most := min(pdfStreamAtMost, d.inflate)
	data, err = io.ReadAll(io.LimitReader(z, most+1))
	d.inflate -= int64(len(data))
	if int64(len(data)) > most || err != nil && len(data) == 0 {
		return nil, nil, errBroken
	}
	data, err = unpredict(dict, data)
	return dict, data, err
}

// unpredict undoes PNG prediction, which table streams use.
func unpredict(dict, data []byte) ([]byte, error) {
	if p, ok := number(pdfPred, dict); !ok || p < 10 {
		return data, nil
	}
	cols := 1
	if n, ok := number(pdfCols, dict); ok && n > 0 {
		cols = int(n)
	}
	out, prev := make([]byte, 0, len(data)), make([]byte, cols)
	for len(data) > cols {
		kind, row := data[0], data[1:cols+1]
		for i := range row {
			var left, up, corner byte
			up = prev[i]
			if i > 0 {
				left, corner = row[i-1], prev[i-1]
			}
			switch kind {
			case 1:
				row[i] += left
			case 2:
				row[i] += up
			case 3:
				row[i] += byte((int(left) + int(up)) / 2)
			case 4:
				row[i] += paeth(left, up, corner)
			}
		}
		out, prev, data = append(out, row...), row, data[cols+1:]
	}
	return out, nil
}

func paeth(a, b, c byte) byte {
	p := int(a) + int(b) - int(c)
	pa, pb, pc := abs(p-int(a)), abs(p-int(b)), abs(p-int(c))
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}

func abs(n int) int { return max(n, -n) }

// dictionary cuts p after the dictionary it begins with.
func dictionary(p []byte) []byte {
	depth := 0
	for i := 0; i+1 < len(p); i++ {
		switch {
		case p[i] == '<' && p[i+1] == '<':
			depth++
			i++
		case p[i] == '>' && p[i+1] == '>':
			depth--
			i++
			if depth <= 0 {
				return p[:i+1]
			}
		case p[i] == '(': // a string may hold brackets
			i += literal(p[i:]) - 1
		}
	}
	return p
}

// literal returns the length of the string that p begins with.
func literal(p []byte) int {
	level := 0
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '\\':
			i++
		case '(':
			level++
		case ')':
			if level--; level == 0 {
				return i + 1
			}
		}
	}
	return len(p)
}
