// Package content holds what the demo releases: a clip, a white paper, a
// short article, their poster and captions. It does nothing with them.
package content

import "embed"

// FS has clip.mp4, poster.jpg, the captions clip.en.vtt and clip.fr.vtt,
// paper.en.pdf and paper.fr.pdf, making-of.md and making-of.fr.md.
//
//go:embed clip.mp4 poster.jpg paper.en.pdf paper.fr.pdf clip.en.vtt clip.fr.vtt making-of.md making-of.fr.md
var FS embed.FS
