//go:build race

package boltdb

const raceDetector = true
