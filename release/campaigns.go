package release

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// NewCampaign gives a campaign with every default, not yet kept.
func NewCampaign(title string) Campaign {
	return Campaign{
		Title: title, Lang: "en", Tone: "vous", Accent: "#C2410C", TZ: "UTC", Privacy: Pseudonymous,
		Shares: DefaultShares, Copies: DefaultCopies, GroupSeats: DefaultGroupSeats, For: DefaultFor,
	}
}

// CreateCampaign keeps a new campaign; it is a draft until Release.
func (s *Service) CreateCampaign(ctx context.Context, c Campaign) (Campaign, error) {
	if err := c.clean(); err != nil {
		return c, err
	}
	var out Campaign
	err := s.store.Update(ctx, func(tx Tx) error {
		out = c
		out.ID = CampaignID("cmp_" + newBare(tx.Now(), s.random))
		out.Created, out.Version = tx.Now(), 1
		if err := tx.PutCampaign(out); err != nil {
			return err
		}
		return tx.Append(out.ID, Event{At: tx.Now(), Kind: Changed})
	})
	return out, err
}

// Campaign gives one campaign that was not deleted.
func (s *Service) Campaign(ctx context.Context, id CampaignID) (Campaign, error) {
	var c Campaign
	err := s.store.View(ctx, func(tx Tx) error {
		var err error
		c, err = present(tx, id)
		return err
	})
	return c, err
}

// Campaigns gives the campaigns that were not deleted, newest first.
func (s *Service) Campaigns(ctx context.Context) ([]Campaign, error) {
	var out []Campaign
	err := s.store.View(ctx, func(tx Tx) error {
		all, err := tx.Campaigns()
		out = slices.DeleteFunc(all, func(c Campaign) bool { return !c.Deleted.IsZero() })
		slices.Reverse(out)
		return err
	})
	return out, err
}

func present(tx Tx, id CampaignID) (Campaign, error) {
	c, err := tx.Campaign(id)
	if err == nil && !c.Deleted.IsZero() {
		err = No(NotFound, "campaign.unknown")
	}
	return c, err
}

// ChangeCampaign lets edit change a campaign, now is the rules' clock. Id,
// creation and cuts stay as they are. edit may run more than once.
func (s *Service) ChangeCampaign(ctx context.Context, id CampaignID, edit func(c *Campaign, now time.Time) error) (Campaign, error) {
	var out Campaign
	err := s.store.Update(ctx, func(tx Tx) error {
		old, err := present(tx, id)
		if err != nil {
			return err
		}
		out = old
		if err := edit(&out, tx.Now()); err != nil {
			return err
		}
		if err := out.clean(); err != nil {
			return err
		}
		out.ID, out.Created, out.Cuts, out.Version = old.ID, old.Created, old.Cuts, old.Version+1
		if err := tx.PutCampaign(out); err != nil {
			return err
		}
		return tx.Append(id, Event{At: tx.Now(), Kind: Changed})
	})
	return out, err
}

// Release opens a campaign at the time at, or now when at is zero. It refuses
// a campaign without content.
func (s *Service) Release(ctx context.Context, id CampaignID, at time.Time) (Campaign, error) {
	if assets, err := s.Assets(ctx, id); err != nil {
		return Campaign{}, err
	} else if len(assets) == 0 {
		return Campaign{}, No(Conflict, "campaign.empty")
	}
	return s.ChangeCampaign(ctx, id, func(c *Campaign, now time.Time) error {
		if at.IsZero() {
			at = now
		}
		c.Opens, c.Paused = at.UTC().Truncate(time.Microsecond), time.Time{}
		return nil
	})
}

// Pause suspends a campaign or lets it go on; with move the close moves by as
// long as the pause lasted.
func (s *Service) Pause(ctx context.Context, id CampaignID, on, move bool) (Campaign, error) {
	return s.ChangeCampaign(ctx, id, func(c *Campaign, now time.Time) error {
		switch {
		case on && c.Paused.IsZero():
			c.Paused = now
		case !on && !c.Paused.IsZero():
			if move && !c.End().IsZero() {
				c.Closes = c.End().Add(now.Sub(c.Paused))
			}
			c.Paused = time.Time{}
		}
		return nil
	})
}

// CloseCampaign ends a campaign now.
func (s *Service) CloseCampaign(ctx context.Context, id CampaignID) (Campaign, error) {
	return s.ChangeCampaign(ctx, id, func(c *Campaign, now time.Time) error {
		if c.State(now) == StateDraft {
			return No(Conflict, "campaign.draft")
		}
		if c.State(now) != StateClosed {
			c.Closes, c.Paused = now, time.Time{}
			if c.Opens.After(now) {
				c.Opens = now
			}
		}
		return nil
	})
}

// DeleteCampaign hides a campaign at once and then removes its rows, a part at
// a time so that others are not held up.
func (s *Service) DeleteCampaign(ctx context.Context, id CampaignID) error {
	if _, err := s.ChangeCampaign(ctx, id, func(c *Campaign, now time.Time) error {
		c.Deleted = now
		return nil
	}); err != nil {
		return err
	}
	for more := true; more; {
		err := s.store.Update(ctx, func(tx Tx) error {
			var err error
			more, err = tx.Wipe(id)
			return err
		})
		if err != nil {
			return err
		}
	}
	s.live.drop(id)
	return nil
}

var accentForm = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// clean trims what was typed and refuses what no page could show.
func (c *Campaign) clean() error {
	for _, f := range []struct {
		name  string
		value *string
		max   int
	}{
		{"title", &c.Title, 200}, {"by", &c.By, 200}, {"message", &c.Message, 600}, {"intro", &c.Intro, 300},
		{"publisher", &c.Legal.Publisher, 300}, {"director", &c.Legal.Director, 300},
		{"host", &c.Legal.Host, 500}, {"contact", &c.Legal.Contact, 300},
	} {
		var err error
		if *f.value, err = text(f.name, *f.value, f.max); err != nil {
			return err
		}
	}
	switch {
	case c.Title == "":
		return Bad("title", "campaign.title")
	case c.Accent != "" && !accentForm.MatchString(c.Accent):
		return Bad("accent", "campaign.accent", "value", c.Accent)
	case c.Lang != "en" && c.Lang != "fr":
		return Bad("lang", "campaign.lang", "value", c.Lang)
	case c.Tone != "" && c.Tone != "tu" && c.Tone != "vous":
		return Bad("tone", "campaign.tone", "value", c.Tone)
	case c.Privacy != Pseudonymous && c.Privacy != Statistics && c.Privacy != Named:
		return Bad("privacy", "campaign.privacy", "value", string(c.Privacy))
	case c.Shares < 0 || c.Shares > 10_000:
		return Bad("shares", "campaign.range", "max", 10_000)
	case c.Generations < 0 || c.Generations > 1_000_000:
		return Bad("generations", "campaign.range", "max", 1_000_000)
	case c.Copies < 0 || c.Copies > 10_000:
		return Bad("copies", "campaign.range", "max", 10_000)
	case c.GroupSeats < 0 || c.GroupSeats > 1000:
		return Bad("group_seats", "campaign.range", "max", 1000)
	case c.For < 0 || c.For > 366*24*time.Hour:
		return Bad("for", "campaign.for")
	case !c.Closes.IsZero() && c.Closes.Before(c.Opens):
		return Bad("closes", "campaign.closes")
	}
	if _, err := time.LoadLocation(c.TZ); err != nil {
		return Bad("tz", "campaign.tz", "value", c.TZ)
	}
	return publicAddress("then", c.Then)
}

// publicAddress refuses what is not an absolute http or https address.
func publicAddress(field, s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || strings.ContainsAny(s, " \t\r\n\\") || len(s) > 2000 {
		return Bad(field, "campaign.then", "value", s)
	}
	return nil
}

// text trims s and refuses broken UTF-8, control characters and what is longer
// than most characters. Line breaks stay in messages only.
func text(field, s string, most int) (string, error) {
	s = strings.TrimSpace(s)
	if !utf8.ValidString(s) {
		return s, Bad(field, "text.utf8")
	}
	if utf8.RuneCountInString(s) > most {
		return s, Bad(field, "text.long", "max", most)
	}
	for _, r := range s {
		if unicode.IsControl(r) && !(r == '\n' && (field == "message" || field == "host")) {
			return s, Bad(field, "text.control")
		}
	}
	return s, nil
}
