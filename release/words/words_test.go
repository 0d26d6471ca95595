package words

import (
	"testing"
	"time"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		accept, preferred string
		want              Lang
	}{
		{"", "", English},
		{"fr", "", French},
		{"fr-CA,fr;q=0.9,en;q=0.8", "", French},
		{"de-DE,de;q=0.9,fr;q=0.5", "", French},
		{"de", "", English},
		{"en-US,en;q=0.9", "fr", French},
		{"fr", "en", English},
		{"fr", "klingon!", French},
		{";;;q=x", "", English},
		{string(make([]byte, 1<<20)), "", English},
	} {
		if got := Match(c.accept, c.preferred); got != c.want {
			t.Errorf("Match(%.40q, %q) = %s, want %s", c.accept, c.preferred, got, c.want)
		}
	}
}

func TestSentences(t *testing.T) {
	en, fr := In(English), In(French)
	for _, c := range []struct{ got, want string }{
		{en.T("report.people", "n", 1), "1 person"},
		{en.T("report.people", "n", 0), "0 people"},
		{en.T("report.people", map[string]any{"n": int64(1204)}), "1,204 people"},
		{fr.T("report.people", "n", 0), "0 personne"},
		{fr.T("report.people", "n", 1), "1 personne"},
		{fr.T("report.people", "n", uint16(1204)), "1\u202f204 personnes"},
		{fr.T("report.people", "n", 2_000_000), "2\u202f000\u202f000 de personnes"},
		{fr.T("report.people", "n", 1.5), "1,5 personne"},
		{en.T("share.left", "n", 0), "None left"},
		{fr.T("share.button"), "Faites passer"},
		{fr.With(Tu).T("share.button"), "Fais passer"},
		{en.With(Tu).T("share.button"), "Pass it on"},
		{en.T("errors.file.empty", map[string]string{"name": "{limit}"}), "{limit} is empty."},
		{en.T("no.such.key"), "no.such.key"},
		{Words{}.T("share.button"), "Pass it on"},
	} {
		if c.got != c.want {
			t.Errorf("said %q, want %q", c.got, c.want)
		}
	}
}

func TestFormats(t *testing.T) {
	en, fr := In(English), In(French)
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Skip("no time zones on this machine: ", err)
	}
	at := time.Date(2026, 12, 1, 17, 0, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{en.Number(-1234567), "−1,234,567"},
		{fr.Number(1234567), "1\u202f234\u202f567"},
		{fr.Number(999), "999"},
		{en.Percent(0.84), "84%"},
		{fr.Percent(0.84), "84\u202f%"},
		{fr.Percent(0.004), "0,4\u202f%"},
		{en.Bytes(28_400_000), "28\u00a0MB"},
		{fr.Bytes(28_400_000), "28\u202fMo"},
		{fr.Bytes(1_250_000), "1,2\u202fMo"},
		{en.Bytes(512), "512\u00a0B"},
		{en.Duration(42 * time.Second), "42\u00a0s"},
		{en.Duration(222 * time.Second), "3\u00a0min\u00a042"},
		{en.Duration(80 * time.Minute), "1\u00a0h\u00a020"},
		{en.Duration(31 * time.Hour), "31\u00a0h"},
		{en.Duration(52 * time.Hour), "2\u00a0d\u00a04\u00a0h"},
		{fr.Duration(52 * time.Hour), "2\u202fj\u202f4\u202fh"},
		{fr.Duration(-time.Hour), "0\u202fs"},
		{en.Time(at, paris), "Tuesday 18:00, Paris"},
		{fr.Time(at, paris), "mardi 18:00, Paris"},
		{en.Time(at, nil), "Tuesday 17:00, UTC"},
		{fr.Date(at, paris), "1er\u00a0décembre 2026"},
		{en.Moment(at, paris), "Tuesday 1\u00a0December 2026, 18:00, Paris"},
		{en.Ago(at, at.Add(3*time.Minute+20*time.Second), paris), "3\u00a0min ago"},
		{fr.Ago(at, at.Add(5*time.Hour+20*time.Minute), paris), "il y a 5\u202fh"},
		{fr.Ago(at, at, paris), "à l’instant"},
		{fr.Channel("copy"), "Lien copié"},
		{en.Channel("pigeon"), "Another way"},
	} {
		if c.got != c.want {
			t.Errorf("said %q, want %q", c.got, c.want)
		}
	}
}
