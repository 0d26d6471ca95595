package web

import (
	"io"
	"net/http"

	"passalong/release"
)

// Writer notes what was answered. It keeps what http.ResponseWriter can do:
// sendfile by ReadFrom, Flush, and the deadlines http.ResponseController sets.
type Writer struct {
	http.ResponseWriter
	status int
	bytes  int64
	kind   release.Kind
}

// record gives w itself when it is a Writer, else a new one around it.
func record(w http.ResponseWriter) *Writer {
	if own, ok := w.(*Writer); ok {
		return own
	}
	return &Writer{ResponseWriter: w}
}

// noteKind tells every Writer of the chain what sort of "no" was answered.
func (w *Writer) noteKind(k release.Kind) {
	for at := http.ResponseWriter(w); at != nil; {
		if own, ok := at.(*Writer); ok {
			own.kind = k
		}
		inner, ok := at.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return
		}
		at = inner.Unwrap()
	}
}

// Status is the status answered; 200 when nothing was written yet.
func (w *Writer) Status() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

// Bytes is the number of body bytes answered so far.
func (w *Writer) Bytes() int64 { return w.bytes }

// Began tells whether the answer's header is out.
func (w *Writer) Began() bool { return w.status != 0 }

// WriteHeader sends the header; informational ones (103) come before it.
func (w *Writer) WriteHeader(status int) {
	if w.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write sends body bytes.
func (w *Writer) Write(b []byte) (int, error) {
	w.begin()
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// ReadFrom lets the kernel copy a file to the socket where it can.
func (w *Writer) ReadFrom(r io.Reader) (int64, error) {
	w.begin()
	var n int64
	var err error
	if inner, ok := w.ResponseWriter.(io.ReaderFrom); ok {
		n, err = inner.ReadFrom(r)
	} else {
		n, err = io.Copy(struct{ io.Writer }{w.ResponseWriter}, r)
	}
	w.bytes += n
	return n, err
}

// FlushError sends what is buffered; http.ResponseController asks for it.
func (w *Writer) FlushError() error {
	w.begin()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Flush is FlushError for http.Flusher.
func (w *Writer) Flush() { _ = w.FlushError() }

// Unwrap gives the writer inside, for http.ResponseController.
func (w *Writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *Writer) begin() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
}
