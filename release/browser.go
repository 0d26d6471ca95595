package release

import (
	"context"
	"slices"
	"time"
)

// How a further browser of a viewer came in.
const (
	HowAsked    = "asked"     // "It's me, in another app", at the viewer's own address
	HowHandOver = "hand-over" // a code shown by the first browser
	HowReturn   = "return"    // a return link
)

// BrowserWindow is the time over which a viewer's further browsers are counted.
const BrowserWindow = 48 * time.Hour

// browserLimit is how many browsers may come in one way within BrowserWindow;
// no hand-over is counted, for each was tapped in the first browser.
func browserLimit(how string) (most int, known bool) {
	switch how {
	case HowAsked:
		return 2, true
	case HowReturn:
		return 3, true
	case HowHandOver:
		return 0, true
	}
	return 0, false
}

// AddBrowser makes candidate one more browser of a viewer: a browser more, no
// viewer more. Doing it again changes nothing. A candidate that is somebody
// else in the campaign is a Conflict; too many in BrowserWindow is TooMany.
func (s *Service) AddBrowser(ctx context.Context, viewer ViewerID, candidate, how string) (Viewer, error) {
	most, known := browserLimit(how)
	if !known || !ValidBare(candidate) {
		return Viewer{}, Bad("candidate", "link.candidate")
	}
	var out Viewer
	err := s.store.Update(ctx, func(tx Tx) error {
		v, c, err := inside(tx, viewer)
		if err != nil {
			return err
		}
		if !v.Erased.IsZero() {
			return No(NotFound, "viewer.unknown")
		}
		out = v
		switch there, err := tx.ViewerByCandidate(c.ID, candidate); {
		case err == nil && there.ID == v.ID:
			return nil
		case err == nil:
			return No(Conflict, "viewer.candidate")
		case !Is(err, NotFound):
			return err
		}
		if !v.Test {
			if err := c.open(tx.Now()); err != nil {
				return err
			}
		}
		if err := roomFor(v, how, most, tx.Now()); err != nil {
			return err
		}
		out.Browsers = append(slices.Clone(v.Browsers), Browser{Candidate: candidate, How: how, Since: tx.Now()})
		return tx.PutViewer(out)
	})
	if err != nil {
		return Viewer{}, err
	}
	return out, nil
}

func roomFor(v Viewer, how string, most int, now time.Time) error {
	if most == 0 {
		return nil
	}
	n, wait := 0, time.Duration(0)
	for _, b := range v.Browsers {
		if end := b.Since.Add(BrowserWindow); b.How == how && end.After(now) {
			if n++; wait == 0 || end.Sub(now) < wait {
				wait = end.Sub(now)
			}
		}
	}
	if n >= most {
		return No(TooMany, "viewer.browsers", "wait", wait)
	}
	return nil
}

// Full tells whether a browser of the viewer may share, see the chain and ask
// for erasure: the one that claimed may, and those it let in. One that only
// said "It's me" may watch.
func (v Viewer) Full(candidate string) bool {
	if candidate == v.Candidate {
		return true
	}
	return slices.ContainsFunc(v.Browsers, func(b Browser) bool {
		return b.Candidate == candidate && b.How != HowAsked
	})
}
