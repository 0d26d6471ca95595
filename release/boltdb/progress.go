package boltdb

import (
	"passalong/release"
)

func (t *tx) Progress(viewer release.ViewerID) (release.Progress, error) {
	v := t.get(bProgress, []byte(viewer))
	if v == nil {
		return release.Progress{}, none("progress.unknown")
	}
	row, err := decode[progressRow](bProgress, v)
	return row.in(), err
}

func (t *tx) PutProgress(p release.Progress) error {
	t.mayWrite()
	if err := named("campaign", p.Campaign); err != nil {
		return err
	}
	if err := named("viewer", p.Viewer); err != nil {
		return err
	}
	v, err := encode(progressOut(p))
	if err != nil {
		return err
	}
	// A viewer never changes campaigns, so the entry is only ever added.
	if t.get(bProgress, []byte(p.Viewer)) == nil {
		if err := t.put(bProgressOf, nameKey(p.Campaign, p.Viewer), []byte{}); err != nil {
			return err
		}
	}
	return t.put(bProgress, []byte(p.Viewer), v)
}
