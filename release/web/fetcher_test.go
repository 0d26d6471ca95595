package web

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lines reads a list of user agents: the large one beside the repository when
// it is there, and the small one of the repository always.
func lines(t *testing.T, name string) []string {
	t.Helper()
	var out []string
	for i, dir := range []string{"testdata", filepath.Join("..", "..", "..", "shared", "ua")} {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			if i == 0 {
				t.Fatal(err)
			}
			continue
		}
		defer f.Close()
		scan := bufio.NewScanner(f)
		scan.Buffer(nil, 1<<20)
		for scan.Scan() {
			if s := strings.TrimSpace(scan.Text()); s != "" {
				out = append(out, s)
			}
		}
		if scan.Err() != nil {
			t.Fatal(scan.Err())
		}
	}
	return out
}

func TestMachinesAreLabelled(t *testing.T) {
	all, kinds := lines(t, "bots.txt"), map[FetcherKind]int{}
	missed := 0
	for _, ua := range all {
		f := FetchUA(ua)
		kinds[f.Kind]++
		if !f.Machine() {
			missed++
			t.Logf("%s: %s", f.Kind, ua)
		}
	}
	t.Logf("%d of %d machines labelled, %v", len(all)-missed, len(all), kinds)
	if missed*100 > len(all) {
		t.Errorf("%d of %d machines not labelled, at most 1 %% may be", missed, len(all))
	}
}

func TestPeopleAreNeverMachines(t *testing.T) {
	for _, name := range []string{"inapp.txt", "human.txt"} {
		all, inApp := lines(t, name), map[string]int{}
		for _, ua := range all {
			f := FetchUA(ua)
			if f.Kind != Person {
				t.Errorf("%s is no person (%s): %s", name, f.Kind, ua)
			}
			inApp[f.InApp]++
			if name == "inapp.txt" && f.InApp == "" {
				t.Logf("in-app browser not seen: %s", ua)
			}
		}
		t.Logf("%s: %d people, in-app %v", name, len(all), inApp)
	}
}

func TestAppStacksAreAmbiguous(t *testing.T) {
	all, kinds := lines(t, "ambiguous.txt"), map[FetcherKind]int{}
	for _, ua := range all {
		f := FetchUA(ua)
		kinds[f.Kind]++
		if f.Kind == Person {
			t.Errorf("a person for certain: %s", ua)
		}
		if f.Kind != App {
			t.Logf("%s/%s: %s", f.Kind, f.Name, ua)
		}
	}
	t.Logf("%d stacks: %v", len(all), kinds)
}
