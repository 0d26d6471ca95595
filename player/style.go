package player

import (
	_ "embed"
	"html/template"

	"passalong/release"
)

//go:embed templates/base.css
var baseCSS string

// styleOf is the shared style in a campaign's colours: --accent, --on-accent
// (text on it) and --accent-text (the accent as text on the page).
func styleOf(c release.Campaign) template.CSS {
	return template.CSS(":root{--accent:" + c.Accent + ";--on-accent:#fff}" + baseCSS)
}
