package release

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// MaxPeopleBytes is the largest list that is read.
const MaxPeopleBytes = 64 << 20

// People is a list of recipients as somebody typed it.
type People struct {
	Header []string // as in the file
	Comma  rune     // , ; or tab
	Rows   []Person
}

// Person is one good row.
type Person struct {
	Line    int      // in the file, the header being 1
	Cells   []string // as in the file, as many as the header
	Name    string
	Contact string
	Channel Channel
	Cohort  string
}

// RowError is one bad row: where, and the sentence's key and values.
type RowError struct {
	Line   int
	Column string // the header's name; empty when the whole row is bad
	Err    *Error
}

// Order is the link that a person gets.
func (p Person) Order() Order {
	return Order{Recipient: Recipient{Name: p.Name, Contact: p.Contact, Cohort: p.Cohort}, Channel: p.Channel, Kind: Seed, Seats: 1}
}

// ReadPeople reads a CSV with a header: name, contact, channel, cohort in any
// order and case, English or French; comma, semicolon or tab; UTF-8 with or
// without BOM, UTF-16 with BOM, or Excel's Latin-1. Other columns are carried
// along. Every row is looked at: the good ones and the bad ones come back
// apart. The error is for a file that is no such list at all.
func ReadPeople(r io.Reader) (People, []RowError, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxPeopleBytes+1))
	if err != nil {
		return People{}, nil, &Error{Kind: Invalid, Field: "people", Key: "people.unreadable", Err: err}
	}
	if len(raw) > MaxPeopleBytes {
		return People{}, nil, Bad("people", "people.big", "max", MaxPeopleBytes>>20)
	}
	raw = toUTF8(raw)
	if bytes.IndexByte(raw, 0) >= 0 {
		return People{}, nil, Bad("people", "people.no_csv")
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return People{}, nil, Bad("people", "people.none")
	}
	p := People{Comma: separator(raw)}
	in := csv.NewReader(bytes.NewReader(raw))
	in.Comma, in.FieldsPerRecord, in.LazyQuotes = p.Comma, -1, false
	columns := map[string]int{}
	var bad []RowError
	for {
		cells, err := in.Read()
		if err == io.EOF {
			break
		}
		if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
			bad = append(bad, RowError{Line: parse.StartLine, Err: Bad("people", "people.quotes", "column", parse.Column)})
			if p.Header == nil {
				return p, bad, bad[0].Err
			}
			continue
		} else if err != nil {
			return p, bad, &Error{Kind: Invalid, Field: "people", Key: "people.unreadable", Err: err}
		}
		line, _ := in.FieldPos(0)
		switch {
		case blank(cells):
		case p.Header == nil:
			p.Header = cells
			if columns, err = header(cells); err != nil {
				return p, nil, err
			}
		default:
			row, errs := person(line, cells, p.Header, columns)
			if bad = append(bad, errs...); len(errs) == 0 {
				p.Rows = append(p.Rows, row)
			}
		}
	}
	if len(p.Rows) == 0 && len(bad) == 0 {
		return p, nil, Bad("people", "people.none")
	}
	return p, bad, nil
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// toUTF8 drops a BOM and reads what is not UTF-8 as Windows-1252, which is
// what Excel writes for "CSV".
func toUTF8(raw []byte) []byte {
	switch {
	case bytes.HasPrefix(raw, []byte{0xEF, 0xBB, 0xBF}):
		return raw[3:]
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}), bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		if out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(raw); err == nil {
			return out
		}
	case !utf8.Valid(raw):
		if out, err := charmap.Windows1252.NewDecoder().Bytes(raw); err == nil {
			return out
		}
	}
	return raw
}

// separator picks the one that is most frequent in the header line.
func separator(raw []byte) rune {
	line := raw
	if i := bytes.IndexAny(raw, "\r\n"); i >= 0 {
		line = raw[:i]
	}
	best, most := ',', bytes.Count(line, []byte(","))
	for _, c := range []rune{';', '\t'} {
		if n := strings.Count(string(line), string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

// header finds our columns. A file with one unknown column only is refused:
// it is likely to have no header at all.
func header(cells []string) (map[string]int, error) {
	columns := map[string]int{}
	for i, cell := range cells {
		name := ""
		switch strings.ToLower(strings.TrimSpace(cell)) {
		case "name", "nom", "prénom", "prenom", "recipient", "destinataire":
			name = "name"
		case "contact", "phone", "téléphone", "telephone", "email", "e-mail", "handle", "courriel", "mobile":
			name = "contact"
		case "channel", "canal":
			name = "channel"
		case "cohort", "cohorte", "groupe", "group", "list", "liste":
			name = "cohort"
		}
		if name == "" {
			continue
		}
		if _, twice := columns[name]; twice {
			return nil, Bad("people", "people.column_twice", "column", strings.TrimSpace(cell))
		}
		columns[name] = i
	}
	if _, ok := columns["name"]; !ok {
		if _, ok := columns["contact"]; !ok {
			return nil, Bad("people", "people.header")
		}
	}
	return columns, nil
}

func person(line int, cells, header []string, columns map[string]int) (Person, []RowError) {
	var bad []RowError
	fail := func(column string, err error) {
		var e *Error
		if !errors.As(err, &e) {
			e = &Error{Kind: Invalid, Err: err}
		}
		bad = append(bad, RowError{Line: line, Column: column, Err: e})
	}
	if len(cells) > len(header) {
		if blank(cells[len(header):]) {
			cells = cells[:len(header)]
		} else {
			fail("", Bad("people", "people.cells", "n", len(cells), "want", len(header)))
			return Person{}, bad
		}
	}
	for len(cells) < len(header) {
		cells = append(cells, "")
	}
	p := Person{Line: line, Cells: cells}
	cell := func(name string, most int) string {
		i, ok := columns[name]
		if !ok {
			return ""
		}
		s, err := text(name, cells[i], most)
		if err != nil {
			fail(header[i], err)
		}
		return s
	}
	p.Name, p.Contact, p.Cohort = cell("name", 200), cell("contact", 320), cell("cohort", 100)
	if i, ok := columns["channel"]; ok {
		if p.Channel, ok = ParseChannel(cells[i]); !ok {
			fail(header[i], Bad("channel", "channel.unknown", "value", shorten(cells[i])))
		}
	}
	if len(bad) == 0 && p.Name == "" && p.Contact == "" {
		fail("", Bad("people", "people.nobody"))
	}
	return p, bad
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

func (r Recipient) valid() error {
	for _, f := range []struct {
		name, value string
		max         int
	}{{"name", r.Name, 200}, {"contact", r.Contact, 320}, {"cohort", r.Cohort, 100}} {
		if _, err := text(f.name, f.value, f.max); err != nil {
			return err
		}
	}
	return nil
}

// WriteLinks writes the list back with a link beside each row, ready for a
// mail merge: UTF-8, the list's own separator. note, when not empty, fills a
// further column in every row ("opens on this machine only").
func WriteLinks(w io.Writer, p People, links []string, note string) error {
	if len(links) != len(p.Rows) {
		return fmt.Errorf("release: %d links for %d rows", len(links), len(p.Rows))
	}
	out := csv.NewWriter(w)
	out.Comma = p.Comma
	if out.Comma == 0 {
		out.Comma = ','
	}
	head := append(slices.Clone(p.Header), "link")
	if note != "" {
		head = append(head, "note")
	}
	if err := out.Write(head); err != nil {
		return err
	}
	for i, row := range p.Rows {
		cells := make([]string, 0, len(head))
		for _, c := range row.Cells {
			cells = append(cells, SafeCell(c))
		}
		cells = append(cells, links[i])
		if note != "" {
			cells = append(cells, note)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// SafeCell keeps a spreadsheet from running a cell as a formula: what begins
// like one gets an apostrophe before it. Numbers with a sign (a phone number,
// a balance) are left alone.
func SafeCell(s string) string {
	trimmed := strings.TrimLeft(s, " ")
	if trimmed == "" {
		return s
	}
	r, _ := utf8.DecodeRuneInString(trimmed)
	if !strings.ContainsRune("=+-@\t\r\x00＝＋－＠", r) {
		return s
	}
	if r == '+' || r == '-' {
		digits := strings.NewReplacer(" ", "", ".", "", "-", "", "(", "", ")", "", "\u00a0", "", "\u202f", "").Replace(trimmed[1:])
		if _, err := strconv.ParseUint(digits, 10, 64); err == nil {
			return s
		}
	}
	return "'" + s
}
