package boltdb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/bits"
	"os"
)

// bbolt trusts its file: a damaged page makes it panic, in goroutines of its
// own where nobody can recover, already while it looks for free pages in Open.
// So the file's structure is read here first, with every bound checked.

// The layout of bbolt's file format 2.
const (
	pageHead   = 16 // id 8, flags 2, count 2, overflow 4
	elemLen    = 16 // branch: pos 4, ksize 4, pgid 8; leaf: flags 4, pos 4, ksize 4, vsize 4
	metaLen    = 64 // magic 4, version 4, page size 4, flags 4, root 8, sequence 8, freelist 8, high 8, txid 8, sum 8
	flagBranch = 1
	flagLeaf   = 2
	flagMeta   = 4
	flagFree   = 16
	magic      = 0xED0CDAED
	noFreelist = ^uint64(0)
	maxDepth   = 64 // of a tree or of buckets in buckets
)

var native = binary.NativeEndian

// structure walks every page that can be reached from the newest meta page.
type structure struct {
	f    io.ReaderAt
	size int64
	page int64
	high uint64 // pages there are
	seen []uint64
	bufs [][]byte // one per depth
	ctx  func() error
}

// snapshot is the state of a running transaction; its pages stay as they are
// while that is open.
type snapshot struct {
	root, high uint64
}

// verifyPages proves that bbolt can open and read the file at path: each page
// is where it says, its elements lie inside it, keys are in order, and no page
// is used twice. It reads the newest state, or the one given. step is asked
// now and then whether to go on.
func verifyPages(path string, of *snapshot, step func() error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	s := &structure{f: f, size: info.Size(), ctx: step}
	root, freelist, err := s.meta()
	if err != nil {
		return err
	}
	if of != nil {
		root, freelist, s.high = of.root, noFreelist, of.high
	}
	s.seen = make([]uint64, s.high/64+1)
	if err := s.use(0, 1); err != nil {
		return err
	}
	if freelist != noFreelist {
		if err := s.freelist(freelist); err != nil {
			return err
		}
	}
	_, err = s.tree(root, 0, nil, nil)
	return err
}

// errForeign is a file that is no bbolt file at all.
var errForeign = errors.New("no meta page of a bbolt file")

// meta finds the newest valid meta page.
func (s *structure) meta() (root, freelist uint64, err error) {
	var best []byte
	err = errForeign
	for shift := 10; shift <= 24; shift++ { // the first page may be the bad one: its successor tells the page size
		for _, at := range []int64{0, 1 << shift} {
			b := make([]byte, pageHead+metaLen)
			if _, e := s.f.ReadAt(b, at); e != nil || native.Uint16(b[8:]) != flagMeta {
				continue
			}
			m := b[pageHead:]
			if native.Uint32(m) != magic || native.Uint32(m[4:]) != 2 {
				continue
			}
			h := fnv.New64a()
			_, _ = h.Write(m[:metaLen-8])
			if h.Sum64() != native.Uint64(m[metaLen-8:]) {
				err = errors.New("the checksum of the meta page is wrong")
				continue
			}
			size := native.Uint32(m[8:])
			if bits.OnesCount32(size) != 1 || size < 1024 || size > 1<<24 || at != 0 && int64(size) != at {
				continue
			}
			if best == nil || native.Uint64(m[48:]) > native.Uint64(best[48:]) {
				best = m
			}
		}
	}
	if best == nil {
		return 0, 0, err
	}
	s.page, s.high = int64(native.Uint32(best[8:])), native.Uint64(best[40:])
	if s.high < 3 || s.high > uint64(s.size/s.page) {
		return 0, 0, fmt.Errorf("the file is cut short: %d bytes of %d pages", s.size, s.high)
	}
	return native.Uint64(best[16:]), native.Uint64(best[32:]), nil
}

// use notes pages id to id+overflow as used, each once.
func (s *structure) use(id, overflow uint64) error {
	if id >= s.high || overflow >= s.high-id {
		return fmt.Errorf("page %d is past the end", id)
	}
	for p := id; p <= id+overflow; p++ {
		if s.seen[p/64]&(1<<(p%64)) != 0 {
			return fmt.Errorf("page %d is used twice", p)
		}
		s.seen[p/64] |= 1 << (p % 64)
	}
	return nil
}

// read gives a page with its overflow.
func (s *structure) read(id uint64, depth int) ([]byte, error) {
	if depth >= maxDepth {
		return nil, fmt.Errorf("page %d: the tree is too deep", id)
	}
	if id < 2 || id >= s.high {
		return nil, fmt.Errorf("page %d is past the end", id)
	}
	for len(s.bufs) <= depth {
		s.bufs = append(s.bufs, make([]byte, s.page))
	}
	b := s.bufs[depth][:s.page]
	if _, err := s.f.ReadAt(b, int64(id)*s.page); err != nil {
		return nil, fmt.Errorf("page %d: %w", id, err)
	}
	if got := native.Uint64(b); got != id {
		return nil, fmt.Errorf("page %d says it is %d", id, got)
	}
	over := uint64(native.Uint32(b[12:]))
	if err := s.use(id, over); err != nil {
		return nil, err
	}
	if over > 0 {
		b = make([]byte, int64(over+1)*s.page)
		if _, err := s.f.ReadAt(b, int64(id)*s.page); err != nil {
			return nil, fmt.Errorf("page %d: %w", id, err)
		}
		s.bufs[depth] = b
	}
	return b, s.ctx()
}

func (s *structure) freelist(id uint64) error {
	b, err := s.read(id, 0)
	if err != nil {
		return err
	}
	if native.Uint16(b[8:]) != flagFree {
		return fmt.Errorf("page %d is no free list", id)
	}
	n, ids := uint64(native.Uint16(b[10:])), b[pageHead:]
	if n == 0xFFFF {
		n, ids = native.Uint64(ids), ids[8:]
	}
	if n > uint64(len(ids)/8) {
		return fmt.Errorf("the free list on page %d is cut short", id)
	}
	for i := range n {
		if free := native.Uint64(ids[8*i:]); free < 2 || free >= s.high {
			return fmt.Errorf("the free list names page %d", free)
		}
	}
	return nil
}

// tree checks a page and everything below; its keys lie in [low, end). It
// gives the last key, in memory that lives until the next page of this depth.
func (s *structure) tree(id uint64, depth int, low, end []byte) (last []byte, err error) {
	b, err := s.read(id, depth)
	if err != nil {
		return nil, err
	}
	switch native.Uint16(b[8:]) {
	case flagLeaf:
		return s.leaf(id, b, depth, low, end)
	case flagBranch:
	default:
		return nil, fmt.Errorf("page %d is neither branch nor leaf", id)
	}
	n := int(native.Uint16(b[10:]))
	if n == 0 || pageHead+n*elemLen > len(b) {
		return nil, fmt.Errorf("page %d has %d elements", id, n)
	}
	key := func(i int) ([]byte, error) {
		at := pageHead + i*elemLen
		return part(id, b, at, native.Uint32(b[at:]), native.Uint32(b[at+4:]))
	}
	for i := range n {
		k, err := key(i)
		if err != nil {
			return nil, err
		}
		if i == 0 && low != nil && bytes.Compare(k, low) < 0 || end != nil && bytes.Compare(k, end) >= 0 {
			return nil, fmt.Errorf("page %d: key %d is out of place", id, i)
		}
		stop := end
		if i+1 < n {
			if stop, err = key(i + 1); err != nil {
				return nil, err
			}
			if bytes.Compare(k, stop) >= 0 {
				return nil, fmt.Errorf("page %d: keys %d and %d are out of order", id, i, i+1)
			}
		}
		if last, err = s.tree(native.Uint64(b[pageHead+i*elemLen+8:]), depth+1, k, stop); err != nil {
			return nil, err
		}
	}
	return last, nil
}

// part gives size bytes at pos behind the element at at.
func part(id uint64, b []byte, at int, pos, size uint32) ([]byte, error) {
	from := uint64(at) + uint64(pos)
	if uint64(pos) < elemLen || from+uint64(size) > uint64(len(b)) {
		return nil, fmt.Errorf("page %d: an element lies outside", id)
	}
	return b[from : from+uint64(size)], nil
}

// leaf checks a leaf page and the buckets in it.
func (s *structure) leaf(id uint64, b []byte, depth int, low, end []byte) (last []byte, err error) {
	n := int(native.Uint16(b[10:]))
	if pageHead+n*elemLen > len(b) {
		return nil, fmt.Errorf("page %d has %d elements", id, n)
	}
	for i := range n {
		at := pageHead + i*elemLen
		e := b[at:]
		k, err := part(id, b, at, native.Uint32(e[4:]), native.Uint32(e[8:]))
		if err != nil {
			return nil, err
		}
		v, err := part(id, b, at, native.Uint32(e[4:])+native.Uint32(e[8:]), native.Uint32(e[12:]))
		if err != nil {
			return nil, err
		}
		if i > 0 && bytes.Compare(last, k) >= 0 || i == 0 && low != nil && bytes.Compare(k, low) < 0 ||
			end != nil && bytes.Compare(k, end) >= 0 {
			return nil, fmt.Errorf("page %d: key %d is out of place", id, i)
		}
		last = k
		switch native.Uint32(e) {
		case 0:
		case 1:
			if err := s.bucket(id, v, depth); err != nil {
				return nil, err
			}
		default:
			return nil, fmt.Errorf("page %d: element %d has unknown flags", id, i)
		}
	}
	return last, nil
}

// bucket checks a bucket's value: its root page's number, or 0 and the page
// itself.
func (s *structure) bucket(id uint64, v []byte, depth int) error {
	if len(v) < 16 {
		return fmt.Errorf("page %d: a bucket is cut short", id)
	}
	if root := native.Uint64(v); root != 0 {
		_, err := s.tree(root, depth+1, nil, nil)
		return err
	}
	inline := v[16:]
	if len(inline) < pageHead || native.Uint16(inline[8:]) != flagLeaf {
		return fmt.Errorf("page %d: an inline bucket is no leaf", id)
	}
	_, err := s.leaf(id, inline, depth+1, nil, nil)
	return err
}
