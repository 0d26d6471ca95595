package boltdb

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"passalong/release"
)

// killsFlag: more rounds for a longer proof, as in go test -kills=1000.
var killsFlag = flag.Int("kills", 100, "how many times TestKill kills its child")

// childVar tells the test binary to be one of the children below.
const childVar = "BOLTDB_TEST_CHILD"

// TestMain runs a child's part instead of the tests where one is asked for.
func TestMain(m *testing.M) {
	switch part, path, _ := strings.Cut(os.Getenv(childVar), ":"); part {
	case "":
		os.Exit(m.Run())
	case "load":
		load(path)
	case "create":
		s, err := Open(path, Options{})
		fmt.Println("open", s != nil, err)
	case "full":
		fullChild(path)
	}
}

// child starts this binary again as one part.
func child(t *testing.T, part, path string) (*exec.Cmd, io.ReadCloser) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childVar+"="+part+":"+path)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, out
}

// load is the child that is killed: 64 writers, each answered write told to
// the parent by one line, whole since it is shorter than a pipe's atom.
func load(path string) {
	s, err := Open(path, Options{})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	for w := range 64 {
		go func() {
			for {
				var no uint32
				err := s.Update(context.Background(), func(tx release.Tx) error { return claimOne(tx, w, &no) })
				if err != nil {
					fmt.Println("error", err)
					os.Exit(1)
				}
				fmt.Fprintf(os.Stdout, "ack %d\n", no)
			}
		}()
	}
	select {}
}

// claimOne writes what a claim writes: a viewer, its link, an event, a number.
func claimOne(tx release.Tx, w int, no *uint32) error {
	n, err := tx.NextViewer("cmp_a")
	if err != nil {
		return err
	}
	*no = n
	link := release.LinkID(fmt.Sprintf("lnk_%d", n))
	v := release.Viewer{ID: release.ViewerID(fmt.Sprintf("vwr_%d", n)), Campaign: "cmp_a", No: n, Link: link,
		Candidate: fmt.Sprintf("c%d", n), Claimed: tx.Now()}
	if err := tx.PutViewer(v); err != nil {
		return err
	}
	if err := tx.PutLink(release.Link{ID: link, No: n, Campaign: "cmp_a", Kind: release.Seed, Seats: 1, Claimed: 1, First: v.ID}); err != nil {
		return err
	}
	return tx.Append("cmp_a", release.Event{At: tx.Now(), Kind: release.Claimed, Viewer: n, Value: uint32(w)})
}

// TestKill covers S1 and I3: a process killed at any moment has kept every
// write it answered, whole, and the file is sound and opens at once.
func TestKill(t *testing.T) {
	rounds := *killsFlag
	if testing.Short() || raceDetector && rounds == 100 {
		rounds = 10 // the child is slow under the race detector, not different
	}
	path := filepath.Join(t.TempDir(), "passalong.db")
	acked := map[uint32]bool{}
	var worst time.Duration
	begin := time.Now()
	for round := range rounds {
		if round%20 == 19 { // sometimes the first creation is what dies
			path = filepath.Join(t.TempDir(), "passalong.db")
			clear(acked)
		}
		c, out := child(t, "load", path)
		var wg sync.WaitGroup
		wg.Go(func() {
			lines := bufio.NewScanner(out)
			for lines.Scan() {
				var no uint32
				if _, err := fmt.Sscanf(lines.Text(), "ack %d", &no); err != nil {
					if strings.HasPrefix(lines.Text(), "error") {
						t.Errorf("round %d: %s", round, lines.Text())
					}
					continue
				}
				if acked[no] {
					t.Errorf("round %d: viewer %d answered twice", round, no)
				}
				acked[no] = true
			}
		})
		time.Sleep(time.Duration(5+rand.IntN(61)) * time.Millisecond)
		_ = c.Process.Kill()
		wg.Wait()
		_ = c.Wait()
		if _, err := os.Stat(path); err != nil && len(acked) > 0 {
			t.Fatalf("round %d: the file is gone: %v", round, err)
		}
		start := time.Now()
		s, err := Open(path, Options{})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		worst = max(worst, time.Since(start))
		survived(t, s, acked)
		if round%10 == 9 || round == rounds-1 {
			if err := s.Check(context.Background(), func(fault string) { t.Errorf("round %d: %s", round, fault) }); err != nil {
				t.Error(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d kills in %v, %d answered writes in the last file, slowest start %v", rounds, time.Since(begin).Round(time.Millisecond), len(acked), worst)
}

// survived checks every answered write, and that events and viewers agree.
func survived(t *testing.T, s *Store, acked map[uint32]bool) {
	t.Helper()
	err := s.View(context.Background(), func(tx release.Tx) error {
		for no := range acked {
			v, err := tx.ViewerByCandidate("cmp_a", fmt.Sprintf("c%d", no))
			if err != nil || v.No != no {
				t.Errorf("answered viewer %d: %+v, %v", no, v, err)
			}
			if l, err := tx.Link(v.Link); err != nil || l.First != v.ID {
				t.Errorf("answered link of %d: %+v, %v", no, l, err)
			}
		}
		claimed := map[uint32]bool{}
		if err := tx.Events("cmp_a", 0, func(e release.Event) bool {
			if claimed[e.Viewer] {
				t.Errorf("viewer %d claimed twice", e.Viewer)
			}
			claimed[e.Viewer] = true
			return true
		}); err != nil {
			return err
		}
		n := 0
		if err := tx.Viewers("cmp_a", 0, func(v release.Viewer) bool {
			n++
			if !claimed[v.No] {
				t.Errorf("viewer %d without its event", v.No)
			}
			return true
		}); err != nil {
			return err
		}
		if n != len(claimed) {
			t.Errorf("%d viewers, %d claims", n, len(claimed))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestTwoProcesses covers S13: the second process is told so within a second.
func TestTwoProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "passalong.db")
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c, out := child(t, "create", path)
	said, _ := io.ReadAll(out)
	_ = c.Wait()
	start := time.Now() // the lock is on the open file, so this process is a second one too
	if _, err := Open(path, Options{}); keyOf(err) != "store.locked" || time.Since(start) > time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	if !strings.Contains(string(said), "store.locked") {
		t.Errorf("the second process says %q", said)
	}
	if err := s.Update(context.Background(), func(tx release.Tx) error { return tx.PutBlob("k", "k", nil) }); err != nil {
		t.Error(err)
	}
}

// TestCreatedAtOnce: processes that race to make the first file end with one
// store, and nothing lies about.
func TestCreatedAtOnce(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "passalong.db")
	var wg sync.WaitGroup
	var mu sync.Mutex
	opened := 0
	for range 6 {
		c, out := child(t, "create", path)
		wg.Go(func() {
			said, _ := io.ReadAll(out)
			_ = c.Wait()
			mu.Lock()
			defer mu.Unlock()
			if strings.HasPrefix(string(said), "open true") {
				opened++
			} else if !strings.Contains(string(said), "store.locked") {
				t.Errorf("said %q", said)
			}
		})
	}
	wg.Wait()
	if opened == 0 {
		t.Error("nobody could open it")
	}
	names, _ := os.ReadDir(dir)
	if len(names) != 1 {
		t.Errorf("left over: %v", names)
	}
}
