package release

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

const blobOnce = "once"

// onceLife is how long an answer is kept for its Idempotency-Key.
const onceLife = 48 * time.Hour

type onceRow struct {
	Body  string // hash of what was asked
	Links []LinkID
	At    time.Time
}

// MintOnce mints as Mint does, once per key: the same key with the same orders
// gives the same links again, with others it is a Conflict that changes
// nothing. by tells callers' keys apart.
func (s *Service) MintOnce(ctx context.Context, campaign CampaignID, by, key string, orders []Order) ([]Link, bool, error) {
	asked, err := json.Marshal(orders)
	if err != nil {
		return nil, false, err
	}
	body, name := digest(string(campaign), string(asked)), digest(by, key)
	var links []Link
	var again bool
	err = s.store.Update(ctx, func(tx Tx) error {
		links, again = nil, false
		var row onceRow
		err := getJSON(tx, blobOnce, name, &row)
		if err == nil && tx.Now().Sub(row.At) < onceLife {
			if row.Body != body {
				return Bad("Idempotency-Key", "key.reused")
			}
			again = true
			for _, id := range row.Links {
				link, err := tx.Link(id)
				if err != nil {
					return err
				}
				links = append(links, link)
			}
			return nil
		}
		if err != nil && !Is(err, NotFound) {
			return err
		}
		if links, err = s.mintAll(tx, campaign, orders); err != nil {
			return err
		}
		row = onceRow{Body: body, At: tx.Now()}
		for _, l := range links {
			row.Links = append(row.Links, l.ID)
		}
		return putJSON(tx, blobOnce, name, row)
	})
	return links, again, err
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}
