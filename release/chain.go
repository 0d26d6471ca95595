package release

import (
	"context"
	"time"
)

// Step is one viewer of a chain.
type Step struct {
	Viewer     ViewerID   `json:"viewer"`
	No         uint32     `json:"no"`
	Name       string     `json:"name"` // of the seed's recipient, on the last step only
	Generation int        `json:"generation"`
	Channel    string     `json:"channel"`
	Claimed    time.Time  `json:"claimed"`
	Viewed     *time.Time `json:"viewed"`
	After      *float64   `json:"after"` // seconds after the claim of the viewer above
	Shares     int        `json:"shares"`
	Copied     bool       `json:"copied"`
	Erased     bool       `json:"erased"`
	Class      string     `json:"class"`
}

// Chain gives the viewers from one viewer up to the seed's, that viewer first.
// A campaign in statistics mode shows no single viewer.
func (s *Service) Chain(ctx context.Context, id ViewerID) ([]Step, error) {
	var steps []Step
	err := s.store.View(ctx, func(tx Tx) error {
		steps = steps[:0]
		v, err := tx.Viewer(id)
		if err != nil {
			return err
		}
		c, err := tx.Campaign(v.Campaign)
		if err != nil {
			return err
		}
		if c.Privacy == Statistics {
			return No(Forbidden, "report.statistics")
		}
		for {
			step := stepOf(v)
			if n := len(steps); n > 0 && !step.Erased && !steps[n-1].Erased { // the erased keep only a day
				seconds := steps[n-1].Claimed.Sub(v.Claimed).Seconds()
				steps[n-1].After = &seconds
			}
			if v.Parent == "" {
				if step.Name, err = seedName(tx, v); err != nil {
					return err
				}
				steps = append(steps, step)
				return nil
			}
			steps = append(steps, step)
			below := v.No
			if v, err = tx.Viewer(v.Parent); err != nil {
				return err
			}
			if v.No >= below { // a parent claimed before: a damaged file must not turn in a circle
				return &Error{Kind: Internal, Key: "internal"}
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	})
	return steps, err
}

func stepOf(v Viewer) Step {
	out := Step{Viewer: v.ID, No: v.No, Generation: v.Generation, Channel: v.Channel.word(), Claimed: v.Claimed,
		Shares: v.Shares + v.Groups, Copied: v.Copied, Erased: !v.Erased.IsZero(), Class: v.Class}
	if !v.Viewed.IsZero() {
		viewed := v.Viewed
		out.Viewed = &viewed
	}
	return out
}
