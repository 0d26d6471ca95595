//go:build !linux

package boltdb

// fullChild is asked for by a test that runs on Linux only.
func fullChild(string) {}
