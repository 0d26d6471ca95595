// Package release owns the rules of a campaign: who may claim a link, what a
// share costs, when a view counts, what a report says. Every rule stands here
// once and is carried out in one transaction of a Store.
//
// It never speaks HTTP, signs no token (the HTTP edge joins it with package
// tokens), renders no page and stores no row by itself: stores keep rows and
// decide nothing.
package release
