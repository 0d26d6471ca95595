package player

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// hostile are ways to smuggle script, styles or a call home into Markdown.
var hostile = []string{
	"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<iframe src=https://e.example></iframe>",
	"[x](javascript:alert(1))", "[x](JaVaScRiPt&colon;alert(1))", "[x](java\nscript:alert(1))", "[x](data:text/html,<script>alert(1)</script>)",
	"[x](vbscript:x)", "![x](https://e.example/p.gif)", "![x](javascript:alert(1))", "<javascript:alert(1)>", "[x]: javascript:alert(1)\n\n[x]",
	"<a href='https://e.example' style='position:fixed' onclick=alert(1)>x</a>", "<style>*{display:none}</style>", "<form action=https://e.example><input></form>",
	"<base href=https://e.example>", "<meta http-equiv=refresh content=0>", "<math><mi//xlink:href='javascript:alert(1)'>",
	"```\"onmouseover=alert(1)\nx\n```", "# x {#id onclick=alert(1)}", "<details open ontoggle=alert(1)>", "[x](https://e.example \"\" onclick=alert(1)\")",
	"[0](http:)", "[x](https:r/token)", "[x](//e.example)", "[x](/r/token)", "<table background=javascript:alert(1)>", "<p id=pass>", "&lt;script&gt;alert(1)&lt;/script&gt;",
}

var articleTags = " html head body p br hr h3 h4 h5 h6 em strong del code pre blockquote ul ol li table thead tbody tr th td a "

func inert(t *testing.T, source, out string) {
	t.Helper()
	tree, err := html.Parse(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	for n := range tree.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if !strings.Contains(articleTags, " "+n.Data+" ") {
			t.Errorf("%q leaves <%s>", source, n.Data)
		}
		for _, a := range n.Attr {
			ok := n.Data == "a" && (a.Key == "rel" || a.Key == "target" ||
				a.Key == "href" && (strings.HasPrefix(a.Val, "https://") || strings.HasPrefix(a.Val, "http://") || strings.HasPrefix(a.Val, "mailto:")))
			if !ok {
				t.Errorf("%q leaves %s=%q on <%s>", source, a.Key, a.Val, n.Data)
			}
		}
	}
}

func TestArticleIsInert(t *testing.T) {
	for _, source := range hostile {
		out, err := markdown([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		inert(t, source, string(out))
	}
}

func TestArticle(t *testing.T) {
	out, err := markdown([]byte("# Titre\n\nUn *mot*, [un lien](https://e.example), ~~non~~.\n\n| a |\n|---|\n| 1 |\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<h3>Titre</h3>", "<em>mot</em>", `href="https://e.example"`, "noreferrer", "<del>", "<td>1</td>"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("lacks %s: %s", want, out)
		}
	}
}

func FuzzArticle(f *testing.F) {
	for _, source := range hostile {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		out, err := markdown([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		inert(t, source, string(out))
	})
}
