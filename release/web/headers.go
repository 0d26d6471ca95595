package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"mime"
	"net/http"
	"strings"
)

// FanPage is what a fan's page needs beyond nothing at all.
type FanPage struct {
	Secure  bool     // answered over https: adds HSTS
	Styles  []string // sources of inline styles: StyleHash or NonceSource
	Scripts []string // sources of inline scripts; files of our own are allowed anyway
	Forms   []string // where forms may lead besides here: "https://t.me", "sms:"
}

// hsts keeps a browser on https for a year; sub-domains are not ours to bind.
const hsts = "max-age=31536000"

// permissions a page of ours never asks for, and those it keeps for itself.
const permissions = "accelerometer=(), ambient-light-sensor=(), attribution-reporting=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), interest-cohort=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), xr-spatial-tracking=(), " +
	"autoplay=(self), clipboard-write=(self), fullscreen=(self), picture-in-picture=(self), web-share=(self)"

// FanHeaders are those of a page a fan meets: nothing from another origin,
// nobody's frame, in no cache and no index. The policy of referrers is
// same-origin and not none: with none Chromium posts "Origin: null".
func FanHeaders(h http.Header, p FanPage) {
	common(h, p.Secure)
	h.Set("Content-Security-Policy", policy(
		"default-src 'none'",
		"img-src 'self' data:",
		"media-src 'self' blob:",
		"font-src 'self'",
		"connect-src 'self'",
		"worker-src 'self' blob:",
		sources("script-src 'self'", p.Scripts),
		sources("style-src 'self'", p.Styles),
		sources("form-action 'self'", p.Forms),
		"base-uri 'none'", "frame-ancestors 'none'"))
	h.Set("X-Robots-Tag", "noindex, nofollow")
}

// ConsoleHeaders are those of the marketers' pages; styles as in FanPage.
func ConsoleHeaders(h http.Header, secure bool, styles ...string) {
	common(h, secure)
	h.Set("Content-Security-Policy", policy(
		"default-src 'none'",
		"img-src 'self' data: blob:",
		"media-src 'self' blob:",
		"font-src 'self'",
		"connect-src 'self'",
		"worker-src 'self' blob:",
		"script-src 'self'",
		sources("style-src 'self'", styles),
		"form-action 'self'",
		"base-uri 'none'", "frame-ancestors 'none'"))
	h.Set("X-Robots-Tag", "noindex, nofollow")
}

// APIHeaders are those of the API: data, never a page.
func APIHeaders(h http.Header, secure bool) {
	common(h, secure)
	h.Set("Content-Security-Policy", policy("default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"))
	h.Set("X-Robots-Tag", "noindex, nofollow")
}

// MediaHeaders are those of files somebody uploaded, shown inside a page of
// ours: opened alone they run nothing.
func MediaHeaders(h http.Header, secure bool) {
	common(h, secure)
	h.Set("Content-Security-Policy", policy("default-src 'none'", "media-src 'self'", "img-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "sandbox"))
	h.Set("X-Robots-Tag", "noindex, nofollow, noimageindex")
}

// DownloadHeaders are MediaHeaders for a file to keep, under a name.
func DownloadHeaders(h http.Header, secure bool, name string) {
	MediaHeaders(h, secure)
	h.Set("Content-Disposition", Attachment(name))
}

// CardHeaders are those of a card's image: any site may show it, and its
// address changes with its content.
func CardHeaders(h http.Header, secure bool) {
	MediaHeaders(h, secure)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Cache-Control", "public, max-age=86400, immutable")
}

func common(h http.Header, secure bool) {
	h.Set("Cache-Control", "private, no-store")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", permissions)
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY") // for webviews that know no frame-ancestors
	if secure {
		h.Set("Strict-Transport-Security", hsts)
	}
}

func policy(parts ...string) string { return strings.Join(parts, "; ") }

// sources adds sources to a directive; one that could end the directive is
// dropped, for they may come from a campaign's settings.
func sources(directive string, more []string) string {
	for _, s := range more {
		if s != "" && !strings.ContainsAny(s, "; ,\t\r\n\"*") {
			directive += " " + s
		}
	}
	return directive
}

// StyleHash is the source of one inline <style> or <script>, by its content.
func StyleHash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// NewNonce makes a nonce for one answer from random (crypto/rand when nil).
func NewNonce(random io.Reader) (string, error) {
	if random == nil {
		random = rand.Reader
	}
	var raw [16]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(raw[:]), nil
}

// NonceSource is the source of what carries the nonce.
func NonceSource(nonce string) string { return "'nonce-" + nonce + "'" }

// Attachment is a Content-Disposition that saves under name in any language.
func Attachment(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`/\"`, r) {
			return '_'
		}
		return r
	}, name)
	if v := mime.FormatMediaType("attachment", map[string]string{"filename": clean}); v != "" {
		return v
	}
	return "attachment"
}
