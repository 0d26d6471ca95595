package release

import (
	"io"
	"strings"
	"time"
)

// Ids are a prefix and 22 characters of [0-9a-z]: nine of time in
// milliseconds (so that they sort by age and B+tree pages fill in order) and
// thirteen random ones (67 bits). They are names, not secrets: what opens a
// link is its signature.
type (
	CampaignID string // cmp_…
	AssetID    string // ast_…
	LinkID     string // lnk_…
	ViewerID   string // vwr_…
	StaffID    string // stf_…
	KeyID      string // key_…
)

const (
	bareLen   = 22
	timeChars = 9
	digits    = "0123456789abcdefghijklmnopqrstuvwxyz"
)

// Bare gives an id without its prefix, as tokens carry it.
func Bare[T ~string](id T) string {
	_, bare, _ := strings.Cut(string(id), "_")
	return bare
}

// LinkIDOf and its siblings put the prefix back on a bare id from a token.
func LinkIDOf(bare string) LinkID         { return LinkID("lnk_" + bare) }
func ViewerIDOf(bare string) ViewerID     { return ViewerID("vwr_" + bare) }
func CampaignIDOf(bare string) CampaignID { return CampaignID("cmp_" + bare) }
func AssetIDOf(bare string) AssetID       { return AssetID("ast_" + bare) }

// ValidBare tells whether s has the form of a bare id.
func ValidBare(s string) bool {
	return len(s) == bareLen && bareChars(s)
}

// bareChars tells whether s is made of [0-9a-z] only.
func bareChars(s string) bool {
	for i := range len(s) {
		if !(s[i] >= '0' && s[i] <= '9' || s[i] >= 'a' && s[i] <= 'z') {
			return false
		}
	}
	return true
}

// newBare makes a bare id for the time now from the random source.
func newBare(now time.Time, random io.Reader) string {
	var out [bareLen]byte
	ms := uint64(now.UnixMilli())
	for i := timeChars - 1; i >= 0; i-- {
		out[i] = digits[ms%36]
		ms /= 36
	}
	var raw [bareLen - timeChars]byte
	for i := timeChars; i < bareLen; {
		if _, err := io.ReadFull(random, raw[:]); err != nil {
			panic("release: the random source failed: " + err.Error())
		}
		for _, b := range raw {
			// 252 = 7*36: what is above would favour the first digits.
			if b < 252 && i < bareLen {
				out[i] = digits[b%36]
				i++
			}
		}
	}
	return string(out[:])
}
