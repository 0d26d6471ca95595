package player

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"passalong/release"
	"passalong/release/media"
	"passalong/release/words"
)

// cardData is the card that a messenger shows for a link: the same for every
// link of a campaign, whatever became of the link.
type cardData struct {
	Title       string // at most 65 characters
	Description string // at most 155 characters
	Image       string // absolute
	Locale      string
}

const (
	cardTitle = 65
	cardText  = 155
)

func (p *Player) cardOf(r *http.Request, s *shown, say words.Words) *cardData {
	title := s.Title
	if s.By != "" && utf8.RuneCountInString(title)+utf8.RuneCountInString(s.By)+3 <= cardTitle {
		title += " · " + s.By
	}
	text := say.T("player.card.text")
	if s.Intro != "" {
		text = s.Intro
	}
	locale := "en_US"
	if say.Lang() == words.French {
		locale = "fr_FR"
	}
	return &cardData{Title: shorten(title, cardTitle), Description: shorten(text, cardText),
		Image: p.Site.URL(r, p.cardPath(s)), Locale: locale}
}

// shorten cuts to n characters at a word, with an ellipsis.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	cut := string([]rune(s)[:n-1])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:.·") + "…"
}

// drawing numbers the way pictures are made: growing it gives every picture a
// new address.
const drawing = "1"

// An address's hash covers all that a picture is made from.
func pictureHash(parts ...string) string {
	sum := sha256.Sum256([]byte(drawing + "\x00" + strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:10])
}

func (p *Player) cardPath(s *shown) string {
	return "/c/" + string(s.ID) + "/" + pictureHash("card", s.Title, s.By, s.Accent, s.Card, s.poster) + ".jpg"
}

// posterPath is where the landing page's picture is; "" when there is none.
func (p *Player) posterPath(s *shown) string {
	if s.poster == "" {
		return ""
	}
	return "/c/" + string(s.ID) + "/p-" + pictureHash("poster", s.poster) + ".jpg"
}

// pictures keeps made pictures by their address.
type pictures struct {
	mu   sync.Mutex
	rows map[string][]byte
}

// maxPictures bounds them: 64 campaigns' worth, about 300 KB each at most.
const maxPictures = 128

// card answers the card's image and the poster. An address of an earlier
// version, which messengers keep, shows today's picture for a little while.
func (p *Player) card(w http.ResponseWriter, r *http.Request) error {
	id := release.CampaignID(r.PathValue("campaign"))
	bare, ok := strings.CutPrefix(string(id), "cmp_")
	if !ok || !release.ValidBare(bare) {
		return p.dead(nil)
	}
	c, err := p.Service.Campaign(r.Context(), id)
	if err != nil {
		return err
	}
	s, err := p.shown(r.Context(), c)
	if err != nil {
		return err
	}
	path, made := p.cardPath(s), p.makeCard
	if strings.HasPrefix(r.PathValue("file"), "p-") {
		path, made = p.posterPath(s), p.makePoster
	}
	if path == "" || !strings.HasSuffix(r.PathValue("file"), ".jpg") {
		return p.dead(nil)
	}
	picture, err := p.picture(r.Context(), path, s, made)
	if err != nil {
		return err
	}
	if r.URL.Path != path {
		w.Header()["Cache-Control"] = []string{"public, max-age=300"}
	}
	h := w.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Etag", `"`+strconv.Itoa(len(picture))+path[strings.LastIndexByte(path, '/')+1:]+`"`)
	http.ServeContent(w, oneRange(r), "", time.Time{}, bytes.NewReader(picture))
	return nil
}

// picture gives a made picture; one is made at a time.
func (p *Player) picture(ctx context.Context, path string, s *shown, made func(context.Context, *shown) ([]byte, error)) ([]byte, error) {
	p.drawn.mu.Lock()
	defer p.drawn.mu.Unlock()
	if got := p.drawn.rows[path]; got != nil {
		return got, nil
	}
	got, err := made(ctx, s)
	if err != nil {
		return nil, err
	}
	if p.drawn.rows == nil || len(p.drawn.rows) >= maxPictures {
		p.drawn.rows = map[string][]byte{}
	}
	p.drawn.rows[path] = got
	return got, nil
}

// makeCard takes the campaign's card, or cuts one from its poster, or draws one.
func (p *Player) makeCard(ctx context.Context, s *shown) ([]byte, error) {
	for _, ref := range []string{s.Card, s.poster} {
		if ref == "" || !p.Media.Has(ref) {
			continue
		}
		img, err := p.readPicture(ref)
		if err != nil {
			p.Log.WarnContext(ctx, "card picture can't be read", "campaign", string(s.ID), "err", err)
			continue
		}
		return media.Card(img)
	}
	return media.DrawCard(s.Title, s.By, s.Accent)
}

// posterLimit is what a landing page's picture may weigh.
const posterLimit = 120_000

func (p *Player) makePoster(ctx context.Context, s *shown) ([]byte, error) {
	f, info, err := p.Media.Open(s.poster)
	if err != nil {
		return nil, p.dead(err)
	}
	defer f.Close()
	head := make([]byte, 2)
	if _, err := f.ReadAt(head, 0); err == nil && string(head) == "\xff\xd8" && info.Size() <= posterLimit {
		return io.ReadAll(f)
	}
	img, err := p.readPicture(s.poster)
	if err != nil {
		return nil, p.dead(err)
	}
	jpg, _, _, err := media.Poster(img)
	return jpg, err
}

// oneRange is the request without a list of ranges, which nobody needs and
// which multiplies an answer.
func oneRange(r *http.Request) *http.Request {
	if !strings.Contains(r.Header.Get("Range"), ",") {
		return r
	}
	r = r.Clone(r.Context())
	r.Header.Del("Range")
	return r
}

func (p *Player) readPicture(ref string) (image.Image, error) {
	f, info, err := p.Media.Open(ref)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return media.DecodeImage(f, info.Size(), ref, media.Options{})
}
