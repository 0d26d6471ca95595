// Package content holds what the demo releases: a clip, a white paper, their
// poster and captions. It does nothing with them.
package content

import "embed"

// FS has clip.mp4, poster.jpg, paper.en.pdf, paper.fr.pdf and the captions
// clip.en.vtt and clip.fr.vtt.
//
//go:embed clip.mp4 poster.jpg paper.en.pdf paper.fr.pdf clip.en.vtt clip.fr.vtt
var FS embed.FS
