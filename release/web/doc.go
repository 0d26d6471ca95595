// Package web owns the HTTP that player, API and console share: how an error
// becomes an answer, request logs, cookies, headers, the client's address,
// rate limits, server-sent events, the reader's language, and what a user
// agent tells.
//
// It never reads a token or a store, decides no rule of a campaign and renders
// no page of its own: each surface brings its pages, release brings the rules.
package web
