package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"passalong/release"
	"passalong/release/media"
	"passalong/release/words"
)

// readPeople reads a list, and refuses it with each bad row's line and column.
func readPeople(c *call, path string, skipBad bool) (release.People, error) {
	f, err := os.Open(path)
	if err != nil {
		return release.People{}, err
	}
	defer f.Close()
	people, bad, err := release.ReadPeople(f)
	if err != nil {
		return people, said(c, path, err)
	}
	const most = 20
	for i, b := range bad {
		if i == most {
			fmt.Fprintf(c.err, "… and %d more\n", len(bad)-most)
			break
		}
		where := fmt.Sprintf("%s line %d", filepath.Base(path), b.Line)
		if b.Column != "" {
			where += ", column " + b.Column
		}
		fmt.Fprintf(c.err, "%s: %s\n", where, sentence(c, b.Err))
	}
	if len(bad) > 0 && !skipBad {
		return people, fmt.Errorf("%d of %d rows can't be used; nothing was made. Mend them, or go on without them: --skip-bad", len(bad), len(bad)+len(people.Rows))
	}
	if len(people.Rows) == 0 {
		return people, fmt.Errorf("%s: no row can be used", path)
	}
	return people, nil
}

// said puts a refusal into a sentence with the file it is about.
func said(c *call, path string, err error) error {
	return fmt.Errorf("%s: %s", path, sentence(c, err))
}

func sentence(c *call, err error) string {
	say := words.In(words.Match(c.cli.Lang, ""))
	var ours *release.Error
	var file *media.Error
	switch {
	case errors.As(err, &ours) && ours.Key != "":
		return say.T("errors."+ours.Key, ours.Args)
	case errors.As(err, &file):
		return say.T("errors."+file.Key, file.Args)
	}
	return err.Error()
}

// parseTime reads a time as people type it; one without a zone is in tz.
func parseTime(s, tz string, now time.Time) (time.Time, error) {
	zone, err := time.LoadLocation(tz)
	if err != nil {
		return time.Time{}, usage("--tz %q is not a time zone such as Europe/Paris", tz)
	}
	s = strings.TrimSpace(s)
	if s == "" || s == "now" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	for word, days := range map[string]int{"today ": 0, "tomorrow ": 1} {
		if rest, ok := strings.CutPrefix(s, word); ok {
			s = now.In(zone).AddDate(0, 0, days).Format("2006-01-02 ") + rest
		}
	}
	for _, form := range []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.ParseInLocation(form, s, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usage("%q is not a time: \"2026-03-03 18:00\", \"tomorrow 18:00\" or RFC 3339", s)
}
