package player

import (
	"net/url"
	"strings"

	"passalong/release"
	"passalong/release/web"
)

// app is a way a link travels: the button's channel and where it leads.
type app struct {
	Channel release.Channel
	// Address opens the app with the message in it; its places are {text}
	// (message, link on the last line), {mail} (the same with a mail's line
	// ends), {say} (message alone), {url} and {subject}. Empty where no honest
	// address exists: then the text is copied and Open opens the app.
	Address string
	Open    string
}

// apps lists the buttons in their order for a device, and those behind "More".
// A recipient is needed for a direct message on X, so that X is not among them.
func apps(f web.Fetcher) (first, more []app) {
	snapchat := app{Channel: release.Snapchat, Open: "https://www.snapchat.com/"}
	if desktop(f) {
		snapchat.Address = "https://www.snapchat.com/share?link={url}"
	}
	first = []app{
		{Channel: release.WhatsApp, Address: "https://api.whatsapp.com/send?text={text}"},
		{Channel: release.Messenger, Open: "https://www.messenger.com/"},
		snapchat,
		{Channel: release.Instagram, Open: "https://www.instagram.com/direct/inbox/"},
		{Channel: release.Telegram, Address: "https://t.me/share/url?url={url}&text={say}"},
	}
	if !desktop(f) || f.OS == "macos" {
		first = append(first, app{Channel: release.SMS, Address: "sms:?&body={text}"})
	}
	first = append(first,
		app{Channel: release.Email, Address: "mailto:?subject={subject}&body={mail}"},
		app{Channel: release.Copy},
		app{Channel: release.QR},
	)
	more = []app{
		{Channel: release.Signal, Open: "https://signal.me/"},
		{Channel: release.Line, Address: "https://line.me/R/share?text={text}"},
		{Channel: release.Discord, Open: "https://discord.com/channels/@me"},
		{Channel: release.Slack, Open: "https://slack.com/"},
		{Channel: release.WeChat},
	}
	return first, more
}

// appOf finds the app of a channel; one without a button has no address.
func appOf(f web.Fetcher, c release.Channel) app {
	first, more := apps(f)
	for _, a := range append(first, more...) {
		if a.Channel == c {
			return a
		}
	}
	return app{Channel: c}
}

func desktop(f web.Fetcher) bool {
	switch f.Device {
	case "windows", "mac", "linux", "chromeos":
		return true
	}
	return false
}

// fill puts message and link into the app's address.
func (a app) fill(message, subject, link string) string {
	text := withLink(message, link)
	return strings.NewReplacer(
		"{text}", escape(text), "{mail}", escape(strings.ReplaceAll(text, "\n", "\r\n")),
		"{say}", escape(message), "{url}", escape(link), "{subject}", escape(subject),
	).Replace(a.Address)
}

// withLink puts the link on the last line of its own.
func withLink(message, link string) string {
	message = strings.TrimSpace(strings.ReplaceAll(message, "\r\n", "\n"))
	if message == "" {
		return link
	}
	return message + "\n" + link
}

// escape is encodeURIComponent: apps show the plus of a form's encoding.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
