package player

import (
	"bytes"
	"html/template"
	"io"
	"net/url"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"passalong/release"
)

// maxArticle is how much of an article is shown, in bytes.
const maxArticle = 1 << 20

// article reads an asset's Markdown and makes it safe HTML.
func (p *Player) article(a release.Asset) (template.HTML, error) {
	file, _, err := p.Media.Open(a.Ref)
	if err != nil {
		return "", err
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, maxArticle))
	if err != nil {
		return "", err
	}
	return markdown(raw)
}

// markdown renders without raw HTML, and keeps of the result only plain
// text's tags: a second gate that does not trust the first.
func markdown(raw []byte) (template.HTML, error) {
	md := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify))
	tree := md.Parser().Parse(text.NewReader(raw))
	// The page's own titles stand above the article's.
	err := ast.Walk(tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering {
			h.Level = min(h.Level+2, 6)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := md.Renderer().Render(&b, raw, tree); err != nil {
		return "", err
	}
	return template.HTML(textOnly().SanitizeBytes(b.Bytes())), nil
}

// textOnly allows what an article needs. No picture: one from elsewhere would
// tell somebody else who reads.
func textOnly() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h3", "h4", "h5", "h6", "em", "strong", "del", "code", "pre", "blockquote",
		"ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("href").OnElements("a")
	hosted := func(u *url.URL) bool { return u.Host != "" } // "http:x" is an address of ours
	p.AllowURLSchemeWithCustomPolicy("https", hosted)
	p.AllowURLSchemeWithCustomPolicy("http", hosted)
	p.AllowURLSchemes("mailto")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.RequireNoReferrerOnLinks(true)
	p.RequireNoFollowOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return p
}
