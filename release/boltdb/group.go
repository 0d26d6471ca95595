package boltdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"passalong/release"
)

// maxGroup bounds how many Updates share one transaction.
const maxGroup = 1024

// group is the committer's own state; only its goroutine touches it.
type group struct {
	calls     []*call
	cache     cache
	fullUntil time.Time // after a full disk no write is tried before this
	fullErr   error
}

// commit is the one goroutine that writes: it takes what is queued, runs it in
// one transaction and answers when that is on the disk.
func (s *Store) commit() {
	ended := false
	defer func() {
		if ended {
			close(s.ended)
			return
		}
		// An fn ended this goroutine (runtime.Goexit, as testing's FailNow
		// does): its group is answered and another goroutine goes on.
		for _, c := range s.group.calls {
			c.answer(&release.Error{Kind: release.Internal, Err: errors.New("an Update ended its goroutine")})
		}
		s.group.cache.drop()
		go s.commit()
	}()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	for first := range s.queue {
		s.gather(first)
		s.run()
	}
	ended = true
}

// gather collects the calls that wait, without waiting for more.
func (s *Store) gather(first *call) {
	calls := s.group.calls[:0]
	calls = appendTaken(calls, first)
	for yields := 0; len(calls) < maxGroup; {
		select {
		case c, ok := <-s.queue:
			if !ok {
				s.group.calls = calls
				return
			}
			calls = appendTaken(calls, c)
			continue
		default:
		}
		// Callers answered by the last commit are just about to come back:
		// letting them run once makes the group, not the wait, larger.
		if yields == 2 {
			break
		}
		yields++
		runtime.Gosched()
	}
	s.group.calls = calls
}

func appendTaken(calls []*call, c *call) []*call {
	if !c.state.CompareAndSwap(callQueued, callTaken) {
		return calls
	}
	if err := c.ctx.Err(); err != nil {
		c.answer(err)
		return calls
	}
	return append(calls, c)
}

func (c *call) answer(err error) {
	c.err = err
	close(c.done)
}

// run carries the gathered calls through one commit.
func (s *Store) run() {
	if len(s.group.calls) == 0 {
		return
	}
	err := s.refused()
	for again := err == nil; again; {
		again, err = s.attempt()
	}
	for _, c := range s.group.calls {
		if err != nil && (c.err == nil || c.late) {
			c.err = err
		}
		close(c.done)
	}
	clear(s.group.calls)
	s.group.calls = s.group.calls[:0]
}

// refused is the answer while the store cannot write at all.
func (s *Store) refused() error {
	if f := s.broken.Load(); f != nil {
		return failed(f.err)
	}
	if time.Now().Before(s.group.fullUntil) {
		return full(s.group.fullErr)
	}
	return nil
}

// attempt runs every call that is still in the group and commits. It asks to
// be run again when a call failed after its first write: the others are then
// run without it. The error is that of the whole group.
func (s *Store) attempt() (again bool, err error) {
	var b *bolt.Tx
	defer func() {
		if r := recover(); r != nil {
			again, err = false, s.broke(nil, fmt.Errorf("writing: %v", r))
		}
		if b != nil && b.DB() != nil {
			_ = b.Rollback()
		}
	}()
	b, err = s.db.Begin(true)
	if err != nil {
		return false, openError(err)
	}
	t := newTx(s, b)
	t.writable, t.cache = true, &s.group.cache
	for _, c := range s.group.calls {
		if c.out {
			continue
		}
		c.err, c.late = nil, t.dirty
		t.begin()
		err, panicked := guard(c.fn, t)
		if err != nil && (t.wrote || panicked) {
			c.err, c.out, c.late = err, true, true
			s.group.cache.drop()
			return true, nil
		}
		c.err = err
		if err == nil && (t.wrote || t.counted) {
			t.dirty = true
		}
	}
	if !t.dirty {
		s.group.cache.drop() // numbers taken by a call that then refused
		return false, nil
	}
	if err := t.finish(); err != nil {
		s.group.cache.drop()
		return false, failed(err)
	}
	return false, s.write(t)
}

// guard runs fn and turns its panic into an Internal error for its caller.
func guard(fn func(release.Tx) error, t *tx) (err error, panicked bool) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if r := recover(); r != nil {
			if isFault(r) {
				panic(r)
			}
			panicked = true
			err = &release.Error{Kind: release.Internal, Err: fmt.Errorf("panic: %v\n%s", r, debug.Stack())}
		}
	}()
	err = fn(t)
	returned = true
	return err, false
}

// write commits t and tells the followers.
func (s *Store) write(t *tx) error {
	appended := t.cache.appended()
	s.follow.before(appended)
	id, start := t.b.ID(), time.Now()
	err := t.b.Commit()
	if err == nil {
		t.cache.committed()
		s.follow.committed(appended)
		s.group.fullErr = nil
		return nil
	}
	s.group.cache.drop()
	if isFull(err) {
		// A failed commit costs bbolt a walk of the whole file (its free list
		// is not stored), so a full disk is not tried at each write.
		wait := min(max(10*time.Since(start), 20*time.Millisecond), 5*time.Second)
		s.group.fullUntil, s.group.fullErr = time.Now().Add(wait), err
		s.log.Error("the disk is full, nothing is written", "file", s.path, "err", err)
		return full(err)
	}
	return s.broke(&id, err)
}

// broke stops all writing until the file is opened again: after a failed
// fsync nobody knows what is on the disk, and a second one may lie.
// When the failed transaction's meta page is already in the file, reads would
// show what nobody was promised, and stop too.
func (s *Store) broke(id *int, err error) error {
	f := &failure{err: err}
	if id != nil {
		if b, berr := s.db.Begin(false); berr != nil {
			f.reads = true
		} else {
			f.reads = b.ID() >= *id
			_ = b.Rollback()
		}
	}
	s.broken.CompareAndSwap(nil, f)
	s.group.cache.drop()
	s.log.Error("the database cannot be written and must be opened again", "file", s.path, "err", err)
	return failed(err)
}

func full(err error) error {
	return &release.Error{Kind: release.Unavailable, Key: "store.full", Err: err}
}

// isFull tells a write that found no room from one that failed. bbolt hides
// the cause of a failed growth in text; a failed sync is never "full", even
// when the system says so: pages may be gone then.
func isFull(err error) bool {
	if errors.Is(err, berrors.ErrMaxSizeReached) {
		return true
	}
	var path *fs.PathError
	if errors.As(err, &path) && path.Op != "sync" {
		return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EFBIG) || errors.Is(err, syscall.EDQUOT)
	}
	text := err.Error()
	return strings.HasPrefix(text, "file resize error") && (strings.HasSuffix(text, syscall.ENOSPC.Error()) ||
		strings.HasSuffix(text, syscall.EFBIG.Error()) || strings.HasSuffix(text, syscall.EDQUOT.Error()))
}

// finish writes what the group kept in memory: counters and the clock's mark.
func (t *tx) finish() error {
	for id, c := range t.cache.counters {
		if !c.changed {
			continue
		}
		if err := t.bucket(bCounters).Put([]byte(id), c.row()); err != nil {
			return err
		}
	}
	mark := binary.BigEndian.AppendUint64(nil, uint64(t.s.clock.mark.Load()))
	return t.bucket(bMeta).Put([]byte(keyMark), seal(mark))
}
