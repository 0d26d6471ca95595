package media

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
	"testing"
)

// paper builds a PDF with a classic table; extra goes into its trailer.
func paper(pages int, extra string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, o := range []string{"<< /Type /Catalog /Note (a \\) >> b) /Pages 2 0 R >>", fmt.Sprintf("<< /Type /Pages /Kids [] /Count %d >>", pages)} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	x := b.Len()
	fmt.Fprintf(&b, "xref\n0 3\n%010d 65535 f \n%010d 00000 n \n%010d 00000 n \ntrailer\n<< /Size 3 /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", 0, at[0], at[1], extra, x)
	return b.Bytes()
}

// packed builds a PDF whose objects lie in an object stream of inflated size n or more.
func packed(pages, n int) []byte {
	squash := func(s string) string {
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		z.Write([]byte(s))
		z.Close()
		return b.String()
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.5\n")
	one := "<< /Type /Catalog /Pages 2 0 R >> "
	head := fmt.Sprintf("1 0 2 %d ", len(one))
	body := squash(head + one + fmt.Sprintf("<< /Type /Pages /Count %d >>", pages) + strings.Repeat(" ", n))
	at := b.Len()
	fmt.Fprintf(&b, "3 0 obj\n<< /Type /ObjStm /N 2 /First %d /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\n", len(head), len(body), body)
	x := b.Len()
	rows := squash(string([]byte{0, 0, 0, 0, 2, 0, 3, 0, 2, 0, 3, 1, 1, byte(at >> 8), byte(at), 0, 1, byte(x >> 8), byte(x), 0}))
	fmt.Fprintf(&b, "4 0 obj\n<< /Type /XRef /Size 5 /W [1 2 1] /Root 1 0 R /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", len(rows), rows, x)
	return b.Bytes()
}

func TestPDF(t *testing.T) { // U2
	for _, c := range []struct {
		name  string
		b     []byte
		pages int
		key   string
	}{
		{"classic", paper(7, ""), 7, ""},
		{"after junk", append([]byte("\ufeff\n"), paper(7, "")...), 7, ""},
		{"packed", packed(6, 0), 6, ""},
		{"bomb", packed(6, 2*pdfStreamAtMost), 0, "file.broken"},
		{"a million pages", paper(1_000_000, ""), 0, "file.too_many_pages"},
		{"no pages", paper(0, ""), 0, "file.broken"},
		{"locked", paper(3, "/Encrypt << /Filter /Standard >>"), 0, "file.encrypted"},
		{"table loop", paper(3, "/Prev 9"), 0, "file.broken"},
		{"cut", paper(7, "")[:150], 0, "file.broken"},
		{"only a head", []byte("%PDF-1.7\n"), 0, "file.broken"},
	} {
		t.Run(c.name, func(t *testing.T) {
			info, err := Inspect(bytes.NewReader(c.b), int64(len(c.b)), "paper.pdf", Options{})
			if c.key != "" {
				wantKey(t, err, c.key)
			} else if err != nil || info.Kind != PDF || info.Pages != c.pages {
				t.Errorf("%+v, %v", info, err)
			}
		})
	}
}
