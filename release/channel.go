package release

import "strings"

// Channel is how a link travelled: the button that was tapped, or what a
// marketer typed. It is kept as a small number and read as a word.
type Channel uint8

// The channels, in the order in which reports show them.
const (
	ChannelNone Channel = iota // not known
	WhatsApp
	Messenger
	Snapchat
	Instagram
	Telegram
	Signal
	Line
	Discord
	Slack
	WeChat
	SMS
	Email
	X
	QR
	Copy
	Other
)

// Channels lists every real channel in order.
func Channels() []Channel {
	out := make([]Channel, 0, Other)
	for c := WhatsApp; c <= Other; c++ {
		out = append(out, c)
	}
	return out
}

// String gives the channel's word: the URL part, JSON field and catalog key.
func (c Channel) String() string {
	switch c {
	case WhatsApp:
		return "whatsapp"
	case Messenger:
		return "messenger"
	case Snapchat:
		return "snapchat"
	case Instagram:
		return "instagram"
	case Telegram:
		return "telegram"
	case Signal:
		return "signal"
	case Line:
		return "line"
	case Discord:
		return "discord"
	case Slack:
		return "slack"
	case WeChat:
		return "wechat"
	case SMS:
		return "sms"
	case Email:
		return "email"
	case X:
		return "x"
	case QR:
		return "qr"
	case Copy:
		return "copy"
	case Other:
		return "other"
	}
	return ""
}

// MarshalText writes the word; an unknown channel is "".
func (c Channel) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a word as ParseChannel does.
func (c *Channel) UnmarshalText(b []byte) error {
	got, ok := ParseChannel(string(b))
	if !ok {
		return Bad("channel", "channel.unknown", "value", string(b))
	}
	*c = got
	return nil
}

// ParseChannel reads a channel's word without regard to case, and the
// spellings people type for it ("e-mail", "Insta", "text"). "" is ChannelNone.
func ParseChannel(s string) (Channel, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	switch strings.NewReplacer(" ", "", "-", "", "_", "", ".", "").Replace(s) {
	case "":
		return ChannelNone, true
	case "wa", "whatsapp":
		return WhatsApp, true
	case "messenger", "facebook", "facebookmessenger", "fb":
		return Messenger, true
	case "snap", "snapchat":
		return Snapchat, true
	case "ig", "insta", "instagram":
		return Instagram, true
	case "tg", "telegram":
		return Telegram, true
	case "mail", "email", "courriel", "mél":
		return Email, true
	case "sms", "text", "texto", "imessage", "phone", "téléphone":
		return SMS, true
	case "x", "twitter":
		return X, true
	}
	for _, c := range Channels() {
		if c.String() == s {
			return c, true
		}
	}
	return ChannelNone, false
}
