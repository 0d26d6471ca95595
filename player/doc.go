// Package player owns what a fan meets: the landing page and its card, the
// claim, the player, passing on, progress and the delivery of media, all on
// the open internet. It joins tokens to the rules of release; it decides no
// rule, opens no store, and a GET writes nothing.
package player
