package boltdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"passalong/release"
)

// schema is the version of everything stored here. A file with a higher one
// is refused.
const schema = 1

const (
	keySchema = "schema" // two bytes, big endian
	keyMark   = "clock"  // checksum and eight bytes: the clock's mark in microseconds
)

// lockWait is how long Open waits for another process to leave the file.
const lockWait = 800 * time.Millisecond

// Open opens the store's file at path and makes it when there is none; the
// folder must exist. A damaged or foreign file, a newer schema and a file that
// another process has open are clear errors (Key store.damaged, store.foreign,
// store.newer, store.locked), and the file is left as it is.
func Open(path string, o Options) (*Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := create(path); err != nil {
			return nil, refuse(path, "store.open", err)
		}
	case err != nil:
		return nil, refuse(path, "store.open", err)
	case !info.Mode().IsRegular():
		return nil, refuse(path, "store.foreign", errors.New("not a file"))
	case info.Size() == 0: // bbolt would make it a database in place, and not safely
		return nil, refuse(path, "store.damaged", errors.New("the file is empty"))
	}
	if err := inspect(path); err != nil {
		return nil, err
	}
	db, err := openBolt(path, o.NoSync)
	if err != nil {
		return nil, err
	}
	s := &Store{
		db: db, log: o.Log, path: path, clock: clock{wall: o.Now},
		queue: make(chan *call, maxGroup), ended: make(chan struct{}), done: make(chan struct{}),
	}
	if err := s.begin(); err != nil {
		_ = db.Close()
		return nil, err
	}
	if behind := time.Duration(s.clock.mark.Load()-o.Now().UnixMicro()) * time.Microsecond; behind > 5*time.Minute {
		o.Log.Warn("the clock is behind what was promised: time stands still until it catches up", "by", behind)
	}
	sweep(path)
	go s.commit()
	return s, nil
}

// sweep removes what a killed process left beside the file. Copies for a
// backup are ours alone while we hold the file; a first file that another
// process is making right now is young.
func sweep(path string) {
	left, _ := filepath.Glob(path + ".backup-*")
	for _, name := range left {
		_ = os.Remove(name)
	}
	left, _ = filepath.Glob(path + ".new-*")
	for _, name := range left {
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > time.Minute {
			_ = os.Remove(name)
		}
	}
}

// begin reads the schema and the clock's mark.
func (s *Store) begin() (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = refuse(s.path, "store.damaged", fmt.Errorf("%v", r))
		}
	}()
	return s.db.View(func(b *bolt.Tx) error {
		meta := b.Bucket(bucketName(bMeta))
		if meta == nil || len(meta.Get([]byte(keySchema))) != 2 {
			return refuse(s.path, "store.foreign", errors.New("a bbolt file, but not of this program"))
		}
		if v := binary.BigEndian.Uint16(meta.Get([]byte(keySchema))); v > schema {
			return refuse(s.path, "store.newer", fmt.Errorf("the file has schema %d, this program knows %d", v, schema))
		}
		for i := range int(buckets) {
			if b.Bucket(bucketName(i)) == nil {
				return refuse(s.path, "store.damaged", fmt.Errorf("the bucket %s is missing", bucketName(i)))
			}
		}
		if row := meta.Get([]byte(keyMark)); row != nil { // none before the first commit
			mark, err := opened(row)
			if err != nil || len(mark) != 8 {
				return refuse(s.path, "store.damaged", errors.New("the clock's mark is unreadable"))
			}
			s.clock.mark.Store(int64(binary.BigEndian.Uint64(mark)))
		}
		return nil
	})
}

// openBolt opens the file with the largest mapping the system gives. A file
// that outgrows its mapping is mapped anew, and that waits for every reader.
func openBolt(path string, noSync bool) (*bolt.DB, error) {
	var err error
	for _, size := range mapSizes() {
		var db *bolt.DB
		if db, err = tryBolt(path, options(size, noSync)); err == nil {
			return db, nil
		}
		if !errors.Is(err, syscall.ENOMEM) {
			break
		}
	}
	return nil, explain(path, err)
}

// inspect reads the whole structure of the file under a lock that keeps
// writers out, before bbolt trusts it.
func inspect(path string) error {
	db, err := tryBolt(path, &bolt.Options{Timeout: lockWait, ReadOnly: true})
	if err != nil {
		return explain(path, err)
	}
	err = verifyPages(path, nil, func() error { return nil })
	_ = db.Close()
	if err != nil {
		return refuse(path, "store.damaged", err)
	}
	return nil
}

// explain gives bbolt's refusal a key.
func explain(path string, err error) error {
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return refuse(path, "store.locked", errors.New("another process has it open"))
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, berrors.ErrChecksum),
		errors.As(err, new(damage)), strings.Contains(err.Error(), "file size too small"):
		return refuse(path, "store.damaged", err)
	}
	return refuse(path, "store.open", err)
}

// mapSizes are the address spaces to ask for, in bytes. The race detector has
// shadow memory for every mapped byte, and 32 bits have none to give.
func mapSizes() []int {
	if strconv.IntSize < 64 {
		return []int{256 << 20, 0}
	}
	if raceDetector {
		return []int{1 << 30, 0}
	}
	gib := int64(1 << 30) // not a constant: it must compile for 32 bits
	return []int{int(64 * gib), int(8 * gib), int(gib), 0}
}

// damage is what bbolt says by a panic.
type damage struct{ what any }

func (d damage) Error() string { return fmt.Sprint(d.what) }

// tryBolt opens with bbolt and turns its panic into an error.
func tryBolt(path string, o *bolt.Options) (db *bolt.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	var file *os.File // bbolt drops its file when it panics
	defer func() {
		if r := recover(); r != nil {
			if file != nil {
				_ = file.Close()
			}
			db, err = nil, damage{r}
		}
	}()
	o.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		f, err := os.OpenFile(name, flag, mode)
		file = f
		return f, err
	}
	return bolt.Open(path, 0o600, o)
}

// options are what every file of ours is written with.
func options(size int, noSync bool) *bolt.Options {
	return &bolt.Options{
		Timeout:         lockWait,
		NoFreelistSync:  true, // the free list is found again at each start
		FreelistType:    bolt.FreelistMapType,
		InitialMmapSize: size,
		NoSync:          noSync,
		NoStatistics:    true,
	}
}

// create makes a whole first file under a temporary name and moves it into
// place, so that a crash leaves a store or none: bbolt's own first write can
// be torn.
func create(path string) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	temp := f.Name()
	defer func() { _ = os.Remove(temp) }()
	if err := f.Close(); err != nil {
		return err
	}
	if err := fill(temp); err != nil {
		return err
	}
	// A link, not a rename: two processes that start at once must not replace
	// each other's file. Where links are unknown, a rename has to do.
	if err := os.Link(temp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		if err := os.Rename(temp, path); err != nil {
			return err
		}
	}
	return syncFolder(dir)
}

// fill writes the empty store.
func fill(path string) error {
	db, err := tryBolt(path, options(0, false))
	if err != nil {
		return err
	}
	err = db.Update(func(b *bolt.Tx) error {
		for i := range int(buckets) {
			if _, err := b.CreateBucket(bucketName(i)); err != nil {
				return err
			}
		}
		return b.Bucket(bucketName(bMeta)).Put([]byte(keySchema), binary.BigEndian.AppendUint16(nil, schema))
	})
	return errors.Join(err, db.Sync(), db.Close())
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) { // a file system that cannot
		err = nil
	}
	return errors.Join(err, d.Close())
}

// refuse says why a file was not opened.
func refuse(path, key string, err error) error {
	return &release.Error{Kind: release.Unavailable, Key: key, Args: map[string]any{"file": path},
		Err: fmt.Errorf("%s: %w", path, err)}
}
