package player

import (
	"net/http"
	"strconv"

	"passalong/release"
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

func (p *Player) media(w http.ResponseWriter, r *http.Request) error { return p.dead(nil) }
