package release

import "context"

// Below tells how many people in reach hang below a viewer, at any depth. It
// reads the kept report and never walks the forest; in a large campaign the
// number may be some seconds old.
func (s *Service) Below(ctx context.Context, v Viewer) (int, error) {
	n := 0
	err := s.folded(ctx, v.Campaign, func(tx Tx, _ Campaign, k *keeper) error {
		return k.current(tx, func(_ *fold, sh *shape) error {
			n = 0
			if int(v.No) < len(sh.below) {
				n = int(sh.below[v.No])
			}
			return nil
		})
	})
	return n, err
}

// Allowance tells what a viewer may still hand out, now.
func (s *Service) Allowance(ctx context.Context, id ViewerID) (Allowance, error) {
	var out Allowance
	err := s.store.View(ctx, func(tx Tx) error {
		v, c, err := inside(tx, id)
		if err != nil {
			return err
		}
		holder, err := quotaHolder(tx, v)
		out = allowance(c, v, holder)
		return err
	})
	return out, err
}
