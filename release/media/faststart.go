package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"math"
)

// FastStart copies an MP4 with its index before its content, so that a phone
// plays while it loads. Offsets in the index are rewritten, in 64 bits where
// they no longer fit in 32. A clip whose index is already first is copied as
// it is. Fragmented files are refused as broken: their index is everywhere.
func FastStart(ctx context.Context, r io.ReaderAt, size int64, w io.Writer) error {
	walk := &walker{r: r, left: boxesAtMost}
	var top []box
	err := walk.each(0, size, func(b box) error { top = append(top, b); return nil })
	if err != nil {
		return refuse("file.broken", err)
	}
	moov, mdat := -1, -1
	for i, b := range top {
		switch {
		case b.kind == "moov" && moov < 0:
			moov = i
		case b.kind == "mdat" && mdat < 0:
			mdat = i
		case b.kind == "moof", b.kind == "moov":
			return refuse("file.broken", errBroken)
		}
	}
	if moov < 0 || mdat < 0 {
		return refuse("file.broken", errBroken)
	}
	copyBox := func(b box) error {
		_, err := io.Copy(w, reader{ctx, io.NewSectionReader(r, b.at, b.to-b.at)})
		return err
	}
	if moov < mdat {
		for _, b := range top {
			if err := copyBox(b); err != nil {
				return err
			}
		}
		return nil
	}
	index, err := walk.content(top[moov], moovAtMost)
	if err != nil {
		return refuse("file.broken", err)
	}
	index, err = relocated(index, top[moov], top[mdat].at, size)
	if err != nil {
		return refuse("file.broken", err)
	}
	for i, b := range top {
		if i == mdat {
			if _, err := w.Write(index); err != nil {
				return err
			}
		}
		if i == moov {
			continue
		}
		// A last mdat "to the end" may no longer be last once the index moved;
		// it still is, because only the index stood behind it.
		if err := copyBox(b); err != nil {
			return err
		}
	}
	return nil
}

// relocated is the moov box as it must read when it stands at offset to.
// What lay between to and the old index moves back by the index's new size,
// which depends on whether offsets need 64 bits: at most two rounds.
func relocated(content []byte, old box, to, size int64) ([]byte, error) {
	wide := size+int64(len(content))*2 > math.MaxUint32
	shift := int64(len(content)) + 8
	for range 3 {
		moved := func(at uint64) uint64 {
			if at >= uint64(to) && at < uint64(old.at) {
				return at + uint64(shift)
			}
			if at >= uint64(old.to) { // behind the old index: only its growth counts
				return at + uint64(shift-(old.to-old.at))
			}
			return at
		}
		out, err := rewrite("moov", content, wide, moved)
		if err != nil {
			return nil, err
		}
		if int64(len(out)) == shift {
			return out, nil
		}
		shift = int64(len(out))
	}
	return nil, errBroken
}

// rewrite builds a box anew from its content, following only the containers
// that lead to the chunk offsets.
func rewrite(kind string, content []byte, wide bool, moved func(uint64) uint64) ([]byte, error) {
	out := make([]byte, 8, len(content)+8)
	switch kind {
	case "moov", "trak", "mdia", "minf", "stbl":
		w := &walker{r: bytes.NewReader(content), left: boxesAtMost}
		err := w.each(0, int64(len(content)), func(b box) error {
			if level(b.kind) > 0 && level(b.kind) <= level(kind) {
				return errBroken
			}
			child, err := rewrite(b.kind, content[b.from:b.to], wide, moved)
			out = append(out, child...)
			return err
		})
		if err != nil {
			return nil, err
		}
	case "stco", "co64":
		step := 4
		if kind == "co64" {
			step = 8
		}
		if len(content) < 8 {
			return nil, errBroken
		}
		n := int(binary.BigEndian.Uint32(content[4:]))
		if n > (len(content)-8)/step {
			return nil, errBroken
		}
		kind = "stco"
		if wide || step == 8 {
			kind = "co64"
		}
		out = append(out, content[:8]...)
		for i := range n {
			p := content[8+i*step:]
			at := uint64(binary.BigEndian.Uint32(p))
			if step == 8 {
				at = binary.BigEndian.Uint64(p)
			}
			if at = moved(at); kind == "co64" {
				out = binary.BigEndian.AppendUint64(out, at)
			} else {
				out = binary.BigEndian.AppendUint32(out, uint32(at))
			}
		}
	default:
		out = append(out, content...)
	}
	if len(out) > moovAtMost {
		return nil, errBroken
	}
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	copy(out[4:], kind)
	return out, nil
}

// level orders the containers from moov down, so that none holds its like.
func level(kind string) int {
	switch kind {
	case "moov":
		return 1
	case "trak":
		return 2
	}
	if r := rank(kind); r > 0 {
		return r + 2
	}
	return 0
}
