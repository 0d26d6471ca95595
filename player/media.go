package player

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"passalong/release"
	"passalong/release/web"
	"passalong/tokens"
)

// Names of an asset's files below /m/{token}/: they are the same for every
// asset, the token says which one it is.
const (
	fileContent  = "content"  // the bytes, shown in the page
	fileDownload = "download" // the bytes, kept by the browser
	filePoster   = "poster.jpg"
)

func fileSize(height int) string     { return strconv.Itoa(height) + ".mp4" }
func fileCaption(lang string) string { return "words-" + lang + ".vtt" }
func fileLeaf(page int) string       { return "page-" + strconv.Itoa(page) + ".jpg" } // from 1

// stillMark at the end of a media address says that it stands in a page part
// for browsers without script: a view is then told from the bytes served.
const stillMark = "?still=1"

// mediaBase is the address below which a session finds an asset's files,
// "/m/{token}/"; the token lives the asset's length and two hours.
func (p *Player) mediaBase(in session, a release.Asset) (string, error) {
	token, err := p.Keys.Sign(tokens.Claims{Purpose: tokens.Media, ID: release.Bare(in.Viewer.ID), Subject: release.Bare(a.ID),
		Expires: p.Now().Add(a.MediaLife())})
	return "/m/" + token + "/", err
}

// served is one file of an asset: where its bytes are and as what they go out.
type served struct {
	ref   string
	mime  string
	bytes int64  // 0 = not known
	save  string // name to keep it under; "" = shown
}

// fileOf finds a file of an asset by its name in the address.
func fileOf(a release.Asset, name string) (served, bool) {
	switch {
	case name == fileDownload, name == fileContent && a.Kind == release.File:
		return served{a.Ref, "application/octet-stream", a.Bytes, a.Name}, a.Ref != ""
	case name == fileContent && a.Kind == release.Article:
		return served{ref: a.Ref, mime: "text/plain; charset=utf-8", bytes: a.Bytes}, a.Ref != ""
	case name == fileContent:
		return served{ref: a.Ref, mime: a.MIME, bytes: a.Bytes}, a.Ref != ""
	case name == filePoster:
		return served{ref: a.Poster, mime: "image/jpeg"}, a.Poster != ""
	}
	for _, size := range a.Sizes {
		if name == fileSize(size.Height) {
			return served{ref: size.Ref, mime: "video/mp4", bytes: size.Bytes}, true
		}
	}
	for _, c := range a.Captions {
		if name == fileCaption(c.Lang) {
			return served{ref: c.Ref, mime: "text/vtt; charset=utf-8"}, true
		}
	}
	for i, ref := range a.Leaves {
		if name == fileLeaf(i+1) {
			return served{ref: ref, mime: "image/jpeg"}, true
		}
	}
	return served{}, false
}

// admitted tells who holds a media token and of what, checked live: a viewer
// cut or paused since is refused. Where the browser has a viewer cookie of the
// campaign the token must be that viewer's.
func (p *Player) admitted(r *http.Request) (release.Viewer, release.Asset, error) {
	claims, _, err := p.Keys.Verify(tokens.Media, r.PathValue("token"), p.Now())
	if err != nil {
		if tokens.ReasonOf(err) == tokens.Expired {
			return release.Viewer{}, release.Asset{}, p.dead(err)
		}
		return release.Viewer{}, release.Asset{}, p.badToken(r, err)
	}
	v, c, err := p.Service.Inside(r.Context(), release.ViewerIDOf(claims.ID))
	if err != nil {
		return v, release.Asset{}, err
	}
	cookies := web.ViewerCookie(c.ID).Values(r, p.Site.Secure(r))
	if _, ok := web.First(cookies, p.browserOf(v)); !ok && len(cookies) > 0 && p.somebodyElse(cookies, v) {
		return v, release.Asset{}, p.dead(nil)
	}
	s, err := p.shown(r.Context(), c)
	if err != nil {
		return v, release.Asset{}, err
	}
	a, ok := s.asset(release.AssetIDOf(claims.Subject))
	if !ok {
		return v, a, p.dead(nil)
	}
	return v, a, nil
}

// somebodyElse tells whether one of the cookies is a good session of another
// viewer; a stale or broken one binds nothing.
func (p *Player) somebodyElse(cookies []string, v release.Viewer) bool {
	for _, value := range cookies {
		claims, _, err := p.Keys.Verify(tokens.Viewer, value, p.Now())
		if err == nil && claims.Subject != "" && claims.ID != release.Bare(v.ID) {
			return true
		}
	}
	return false
}

// slowest is the slowest reader served, in bytes a second; patience is what
// everybody gets on top, for a clip that was paused.
const (
	slowest  = 16 << 10
	patience = 2 * time.Minute
)

// media answers content by ranges.
func (p *Player) media(w http.ResponseWriter, r *http.Request) error {
	v, a, err := p.admitted(r)
	if err != nil {
		return err
	}
	f, ok := fileOf(a, r.PathValue("file"))
	if !ok {
		return p.dead(nil)
	}
	file, info, err := p.Media.Open(f.ref)
	if err != nil {
		return p.dead(err)
	}
	defer file.Close()
	h := w.Header()
	if strings.Contains(r.Header.Get("Range"), ",") {
		h["Content-Range"] = []string{"bytes */" + strconv.FormatInt(info.Size(), 10)}
		w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		return nil
	}
	h["Content-Type"] = []string{f.mime}
	h["Etag"] = []string{`"` + f.ref + `"`}
	if f.save != "" {
		h.Set("Content-Disposition", web.Attachment(f.save))
	}
	one, err := p.live.begin(v.ID, http.NewResponseController(w), patience+time.Duration(info.Size()/slowest)*time.Second)
	if err != nil {
		return err
	}
	if toInfer := p.inferring(r, v, a, f, info.Size()); toInfer != nil {
		w = &counting{ResponseWriter: w, served: toInfer}
	}
	http.ServeContent(w, r, "", time.Time{}, file)
	if cut := p.live.end(one); cut {
		panic(http.ErrAbortHandler) // the answer must not look whole
	}
	return nil
}
