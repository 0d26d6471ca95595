package web

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"strings"
	"sync"

	"passalong/release"
)

//go:embed fetchers.json
var fetcherJSON []byte

// mark is one entry of fetchers.json: a lower-case piece of a user agent, held
// at its start by ^ and at its end by $.
type mark struct {
	Mark    string          `json:"mark"`
	Name    string          `json:"name"`
	Kind    FetcherKind     `json:"kind"`
	Channel release.Channel `json:"channel"`
}

type fetcherTable struct {
	Machines []mark `json:"machines"`
	Apps     []mark `json:"apps"`
}

// fetcherData reads the embedded table once; a test keeps it readable.
var fetcherData = sync.OnceValue(func() fetcherTable {
	var t fetcherTable
	if err := json.Unmarshal(fetcherJSON, &t); err != nil {
		panic("web: fetchers.json: " + err.Error())
	}
	return t
})

func named(table []mark, low string) (mark, bool) {
	for _, m := range table {
		if m.in(low) {
			return m, true
		}
	}
	return mark{}, false
}

func (m mark) in(low string) bool {
	s, atStart := strings.CutPrefix(m.Mark, "^")
	s, atEnd := strings.CutSuffix(s, "$")
	switch {
	case atStart && atEnd:
		return low == s
	case atStart:
		return strings.HasPrefix(low, s)
	case atEnd:
		return strings.HasSuffix(low, s)
	}
	return strings.Contains(low, s)
}

var (
	// A browser: Mozilla with a platform in brackets that is no bare
	// "(compatible; Name)", or one of those that never said Mozilla.
	mozilla   = regexp.MustCompile(`^mozilla/\d[^(]{0,24}\(`)
	oldShapes = regexp.MustCompile(`^(?:opera/|lynx/|links[ /]|elinks|konqueror/|midori/|uzbl|msie \(|nook browser|netscape|galeon|epiphany|dolphin|w3m/|dillo/|netsurf/|ucweb|ucbrowser|docomo/|kddi-|j-phone/|softbank/|vodafone/|blackberry|nokia|sonyericsson|samsung-|sec-|sgh-|lg[-/]|mot-|htc[_-]|zte[-/]|huawei|alcatel|sagem|sie-|panasonic|philips|sharp|palm|portalmmm|uzard|maui)`)
	phone     = regexp.MustCompile(`\b(?:midp|cldc|up\.browser|netfront|obigo|teleca|symbian|series ?[46]0|opera mini|opera mobi)`)

	// Addresses: a browser tells none, a machine says whom to ask.
	addresses = regexp.MustCompile(`https?://|\+[a-z0-9-]+\.[a-z]{2,}|\bwww\.|[a-z0-9._-]+@[a-z0-9-]+\.[a-z]{2,}`)

	// Words that machines use of themselves, whole or as the tail of a name.
	machineWords = regexp.MustCompile(`(?:bots?|robots?|spider|spdr|scan|scans|scanner|scanning|scanners|check|checker|proxy|monitor|fetch|fetcher|retriever|expander|unshortener|verify|verifier|validator|analyzer|indexer|harvester|grabber|downloader|detector|inspect|probe|pinger|sniffer|audit|radar|inspector|optimizer|watcher|synthetics|exporter|httpagent|ips-agent|insights)(?:[^a-z]|$)`)
	machineRoots = regexp.MustCompile(`crawl|spider|scrap(?:e|y|ing)|preview|unfurl|linkexpand|onebox|screenshot|thumbnail|headless|fetcher|metadata|research|security|vulnerab|pentest|healthcheck|favicon|opengraph|https?_|larbin|-hub/|webindex|feedburner|uptime|synthetics|siteimprove|outbrain|datanyze|hotjar|silktide|thousandeyes|[a-z0-9-]\.com\b`)
	previewWords = regexp.MustCompile(`preview|unfurl|linkexpand|onebox|embed|thumbnail|opengraph|metadata|metatag|favicon|share|link`)

	// Programmers' libraries.
	libraries = regexp.MustCompile(`^(?:curl|libcurl|wget|python|pycurl|aiohttp|httpx|okhttp/|java[/ ]|apache-httpclient|jakarta|commons-httpclient|go-http-client|go-resty|fasthttp|axios|node|undici|got[ /(]|superagent|request/|reqwest|hyper/|ureq|ruby|faraday|typhoeus|mechanize|rest-client|http\.rb|httparty|excon|guzzle|php|symfony|zend|laravel|perl|libwww|lwp|winhttp|libsoup|lua-resty|hackney|dart[/: ]|ktor|jersey|vert\.x|akka|scrapy|colly|postman|insomnia|httpie|xh/|powershell|dotnet|restsharp|embarcadero|snoopy|pear|cpp-httplib|rust|deno/|bun/|elixir|erlang|finagle|spray|play-|netty|async-http|unirest|http_request|http-client|httpclient|aria2|fetch/|cfnetwork)`)

	// Apps' own HTTP stacks: a phone or its network library, no engine.
	stacks = regexp.MustCompile(`cfnetwork/|darwin/|dalvik/|okhttp/|alamofire|cronet|volley|android|iphone|ipad|\bios\b|\bmicrosoft office|outlook|thunderbird|^mail/|windows phone|\bwp7/|s60version|^itunes/|flutter|react.?native|expo`)
	mails  = regexp.MustCompile(`thunderbird/|microsoft outlook|outlook-|microsoft office|ms-office|msoffice|\blightning/|postbox/|^mail/|airmail|eudora|lotus-notes`)

	engine = regexp.MustCompile(`msie |trident/|konqueror|opera|icab|omniweb|ibrowse|dillo|applewebkit|gecko|netfront|u;|netscape|galeon|abrowse|nokia|blackberry|googletv`)
)

// browserShape tells whether a lower-case user agent looks like a browser's.
func browserShape(low string) bool {
	return mozilla.MatchString(low) || oldShapes.MatchString(low) || phone.MatchString(low)
}

// addressed tells whether the user agent says whom to ask about it.
func addressed(low string) bool { return addresses.MatchString(low) }

func mailClient(low string) bool { return mails.MatchString(low) }
func appStack(low string) bool   { return stacks.MatchString(low) }

// generic finds machines by general marks.
func generic(low string, shaped bool) (Fetcher, bool) {
	if !shaped && libraries.MatchString(low) {
		return machine(Library, "library", release.ChannelNone), true
	}
	told := low
	if shaped {
		told = withoutModel(low)
	}
	if !addressed(told) && !machineWords.MatchString(told) && !machineRoots.MatchString(told) && !bareCompatible(low) {
		return Fetcher{}, false
	}
	if previewWords.MatchString(told) {
		return machine(Preview, "preview", release.ChannelNone), true
	}
	return machine(Scanner, "bot", release.ChannelNone), true
}

// android finds the platform of a phone; its model is any maker's word.
var android = regexp.MustCompile(`^(mozilla/5\.0 \((?:linux|x11|unknown)[^)]*?android)[^)]*\)?`)

// withoutModel takes a phone's model and build out (CUBOT, "Spider", "Scan"),
// and the gateway of old phones.
func withoutModel(low string) string {
	return strings.NewReplacer("cubot", "", "wap proxy", "").Replace(android.ReplaceAllString(low, "$1)"))
}

// bareCompatible finds "(compatible; Name)" with no browser behind it.
func bareCompatible(low string) bool {
	_, rest, found := strings.Cut(low, "(compatible;")
	if !found {
		_, rest, found = strings.Cut(low, "; compatible;")
	}
	if !found {
		return false
	}
	inside, _, _ := strings.Cut(rest, ")")
	return !engine.MatchString(inside) && !strings.Contains(low, "netfront")
}
