package web

import (
	"net/http"
	"time"

	"passalong/release"
)

// Cookie is one cookie of ours. All are HttpOnly, SameSite=Lax, for the whole
// host and that host alone; on https they are Secure and named __Host-….
type Cookie struct {
	Name string        // without the __Host- prefix
	Life time.Duration // 0 = until the browser closes
}

// How long the cookies live.
const (
	CandidateLife = 60 * 24 * time.Hour
	ViewerLife    = 390 * 24 * time.Hour // as long as a link's token
	StaffLife     = 30 * 24 * time.Hour  // the session itself may end sooner
)

// A browser may hold several values of one name (another path, a parent
// domain, a proxy on the way); more than these are nobody's.
const (
	maxValues   = 8
	maxValueLen = 1024
)

// CandidateCookie is the only cookie before the tap: random, per campaign.
func CandidateCookie(c release.CampaignID) Cookie {
	return Cookie{Name: "pc_" + release.Bare(c), Life: CandidateLife}
}

// ViewerCookie says who a browser is in a campaign, from the tap on.
func ViewerCookie(c release.CampaignID) Cookie {
	return Cookie{Name: "pv_" + release.Bare(c), Life: ViewerLife}
}

// StaffCookie is a marketer's session.
func StaffCookie() Cookie { return Cookie{Name: "ps_staff", Life: StaffLife} }

// Key is the cookie's name on the wire.
func (c Cookie) Key(secure bool) string {
	if secure {
		return "__Host-" + c.Name
	}
	return c.Name
}

// Set gives the browser a value; secure is Site.Secure of the request.
func (c Cookie) Set(w http.ResponseWriter, secure bool, value string) {
	made := c.made(secure, value)
	made.MaxAge = int(c.Life / time.Second)
	http.SetCookie(w, made)
}

// Clear takes it back.
func (c Cookie) Clear(w http.ResponseWriter, secure bool) {
	made := c.made(secure, "")
	made.MaxAge = -1
	http.SetCookie(w, made)
}

func (c Cookie) made(secure bool, value string) *http.Cookie {
	return &http.Cookie{Name: c.Key(secure), Value: value, Path: "/",
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode}
}

// Values gives every value the browser sent, in its order, without repeats:
// the caller takes the first that verifies, so that a planted one hides
// nothing.
func (c Cookie) Values(r *http.Request, secure bool) []string {
	var out []string
next:
	for _, got := range r.CookiesNamed(c.Key(secure)) {
		if got.Value == "" || len(got.Value) > maxValueLen {
			continue
		}
		for _, have := range out {
			if have == got.Value {
				continue next
			}
		}
		if out = append(out, got.Value); len(out) == maxValues {
			break
		}
	}
	return out
}

// First gives the first value that ok accepts.
func First[T any](values []string, ok func(string) (T, bool)) (T, bool) {
	for _, v := range values {
		if got, good := ok(v); good {
			return got, true
		}
	}
	var none T
	return none, false
}
