package release

import (
	"context"
	"time"
)

// MaxMint is how many links one call mints at the most.
const MaxMint = 200_000

// Order is one link that a marketer asks for.
type Order struct {
	Recipient Recipient
	Channel   Channel // meant for; may be none
	Kind      LinkKind
	Seats     int // 1 when 0
	Test      bool
}

// Mint makes one seed or door per order, in their order, all or none.
func (s *Service) Mint(ctx context.Context, campaign CampaignID, orders []Order) ([]Link, error) {
	var links []Link
	err := s.store.Update(ctx, func(tx Tx) error {
		var err error
		links, err = s.mintAll(tx, campaign, orders)
		return err
	})
	if err != nil {
		return nil, err
	}
	return links, nil
}

func (s *Service) mintAll(tx Tx, campaign CampaignID, orders []Order) ([]Link, error) {
	if len(orders) == 0 {
		return nil, Bad("people", "people.none")
	}
	if len(orders) > MaxMint {
		return nil, Bad("people", "people.too_many", "max", MaxMint)
	}
	for _, o := range orders {
		if err := o.Check(); err != nil {
			return nil, err
		}
	}
	c, err := present(tx, campaign)
	if err != nil {
		return nil, err
	}
	if c.State(tx.Now()) == StateClosed {
		return nil, No(Closed, "campaign.closed")
	}
	links := make([]Link, 0, len(orders))
	for _, o := range orders {
		link, err := s.mint(tx, c, o)
		if err != nil {
			return nil, err
		}
		links = append(links, link)
	}
	return links, nil
}

// Check refuses an order that no link could carry out.
func (o Order) Check() error {
	switch {
	case o.Kind != "" && o.Kind != Seed && o.Kind != Door:
		return Bad("kind", "link.kind")
	case o.Seats < 0 || o.Seats > 100_000:
		return Bad("seats", "link.seats", "max", 100_000)
	}
	return o.Recipient.valid()
}

func (s *Service) mint(tx Tx, c Campaign, o Order) (Link, error) {
	link, err := s.newLink(tx, c)
	if err != nil {
		return link, err
	}
	link.Kind, link.Recipient, link.Channel, link.Test = o.Kind, o.Recipient, o.Channel, o.Test
	link.Seats, link.Depth = max(o.Seats, 1), 1
	if link.Kind == "" {
		link.Kind = Seed
	}
	if err := tx.PutLink(link); err != nil {
		return link, err
	}
	return link, tx.Append(c.ID, Event{
		At: tx.Now(), Kind: Minted, Link: link.No, Channel: link.Channel,
		Value: uint32(link.Seats), Flags: link.flags(),
	})
}

// newLink gives a link its id, number and stamp; the caller fills the rest.
func (s *Service) newLink(tx Tx, c Campaign) (Link, error) {
	no, err := tx.NextLink(c.ID)
	if err != nil {
		return Link{}, err
	}
	now := tx.Now()
	return Link{
		ID:       LinkID("lnk_" + newBare(now, s.random)),
		No:       no,
		Campaign: c.ID,
		Kid:      s.kid(),
		Expires:  now.Add(LinkLife).Unix(),
		Minted:   now,
	}, nil
}

func (l Link) flags() Flag {
	var f Flag
	if l.Kind == Door {
		f |= FlagDoor
	}
	if l.Seats > 1 {
		f |= FlagGroup
	}
	if l.Test {
		f |= FlagTest
	}
	return f
}

// MarkSent notes that a marketer handed a seed to its recipient by channel.
// Doing it again changes nothing but the channel.
func (s *Service) MarkSent(ctx context.Context, id LinkID, by Channel) (Link, error) {
	var link Link
	err := s.store.Update(ctx, func(tx Tx) error {
		var err error
		if link, err = tx.Link(id); err != nil {
			return err
		}
		if link.Kind != Seed && link.Kind != Door {
			return No(Conflict, "link.not_seed")
		}
		first := link.Sent.IsZero()
		if !first && (by == ChannelNone || by == link.Channel) {
			return nil
		}
		if first {
			link.Sent = tx.Now()
		}
		if by != ChannelNone {
			link.Channel = by
		}
		if err := tx.PutLink(link); err != nil || !first {
			return err
		}
		return tx.Append(link.Campaign, Event{At: link.Sent, Kind: SentOut, Link: link.No, Channel: link.Channel, Flags: link.flags()})
	})
	return link, err
}

// Link gives one link with its campaign.
func (s *Service) Link(ctx context.Context, id LinkID) (Link, Campaign, error) {
	var link Link
	var campaign Campaign
	err := s.store.View(ctx, func(tx Tx) error {
		var err error
		if link, err = tx.Link(id); err != nil {
			return err
		}
		campaign, err = tx.Campaign(link.Campaign)
		return err
	})
	return link, campaign, err
}

// Links gives up to limit handed-out links of a campaign with a number above
// after, by number; reserved ones are left out.
func (s *Service) Links(ctx context.Context, campaign CampaignID, after uint32, limit int, keep func(Link) bool) ([]Link, error) {
	var out []Link
	err := s.store.View(ctx, func(tx Tx) error {
		out = out[:0]
		if _, err := tx.Campaign(campaign); err != nil {
			return err
		}
		return tx.Links(campaign, after, func(l Link) bool {
			if l.Handed() && (keep == nil || keep(l)) {
				out = append(out, l)
			}
			return len(out) < limit
		})
	})
	return out, err
}

// Expiry is when the link's token ends, for signing it again.
func (l Link) Expiry() time.Time { return time.Unix(l.Expires, 0).UTC() }
