package web

import (
	"regexp"
	"strings"
)

var (
	iosVersion     = regexp.MustCompile(`(?:iphone os|cpu os|ipad os|ios) (\d+(?:[._]\d+){0,2})`)
	androidVersion = regexp.MustCompile(`android[ /]?(\d+(?:[._]\d+){0,2})`)
	windowsVersion = regexp.MustCompile(`windows nt (\d+\.\d+)`)
	macVersion     = regexp.MustCompile(`mac os x (\d+(?:[._]\d+){0,2})`)
	televisions    = regexp.MustCompile(`smart-?tv|dtv|googletv|apple ?tv|hbbtv|web0s|webos tv|bravia|aft[a-z]\b|roku`)
	androidWebview = regexp.MustCompile(`; wv\)|version/\d\.\d chrome/`)
)

// platform reads device, OS and its version off a lower-case user agent.
func platform(low string) (device, os, version string) {
	has := func(s string) bool { return strings.Contains(low, s) }
	switch {
	case has("windows phone"), has("iemobile"):
		return "phone", "other", ""
	case has("ipad"):
		return "ipad", "ios", versionIn(iosVersion, low)
	case has("iphone"), has("ipod"):
		return "iphone", "ios", versionIn(iosVersion, low)
	case has("android"):
		device := "android"
		if televisions.MatchString(low) {
			device = "tv"
		} else if has("tablet") || shapedTablet(low) {
			device = "tablet"
		}
		return device, "android", versionIn(androidVersion, low)
	case televisions.MatchString(low):
		return "tv", "other", ""
	case has("windows"):
		return "windows", "windows", versionIn(windowsVersion, low)
	case has("cros "):
		return "chromeos", "chromeos", ""
	case has("mac os x"), has("macintosh"):
		if has("mobile/") { // an iPad that asks for the desktop's pages
			return "ipad", "ios", ""
		}
		return "mac", "macos", versionIn(macVersion, low)
	case phone.MatchString(low), has("blackberry"), has("nokia"), has("mobile"):
		return "phone", "other", ""
	case has("linux"), has("x11"):
		return "linux", "linux", ""
	}
	return "other", "other", ""
}

// shapedTablet: Chrome on an Android tablet leaves "Mobile" out.
func shapedTablet(low string) bool {
	return strings.Contains(low, "applewebkit") && !strings.Contains(low, "mobile") &&
		!strings.Contains(low, "telegram-android")
}

// webview tells an app's unnamed browser: Android says wv, and an iPhone
// leaves Safari out.
func webview(low string) bool {
	if strings.Contains(low, "android") {
		return androidWebview.MatchString(low) && !strings.Contains(low, "samsungbrowser")
	}
	ios := strings.Contains(low, "iphone") || strings.Contains(low, "ipad") || strings.Contains(low, "ipod")
	return ios && strings.Contains(low, "mobile/") && !strings.Contains(low, "safari/")
}

func versionIn(re *regexp.Regexp, low string) string {
	if m := re.FindStringSubmatch(low); m != nil {
		return strings.ReplaceAll(m[1], "_", ".")
	}
	return ""
}
