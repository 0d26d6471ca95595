package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// folder is a data folder: everything an installation keeps.
//
//	passalong.db   the store
//	keys.json      the keyring
//	media/         asset files
//	settings.json  addresses
//	control.sock   while a server runs on it
type folder string

func (f folder) db() string       { return filepath.Join(string(f), "passalong.db") }
func (f folder) keys() string     { return filepath.Join(string(f), "keys.json") }
func (f folder) media() string    { return filepath.Join(string(f), "media") }
func (f folder) settings() string { return filepath.Join(string(f), "settings.json") }
func (f folder) certs() string    { return filepath.Join(string(f), "certs") }
func (f folder) socket() string   { return filepath.Join(string(f), "control.sock") }

// exists tells whether there is data in the folder: the store's file decides.
func (f folder) exists() bool {
	_, err := os.Stat(f.db())
	return err == nil
}

// settings are the addresses that the last server was started with, so that
// every command prints the same links.
type settings struct {
	BaseURL string   `json:"base_url"`
	Hosts   []string `json:"hosts,omitempty"`
	Local   bool     `json:"local,omitempty"` // links open on this machine only
}

func (f folder) loadSettings() (settings, error) {
	var s settings
	b, err := os.ReadFile(f.settings())
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &s)
	}
	if err != nil {
		return s, fmt.Errorf("settings: %w", err)
	}
	return s, nil
}

func (f folder) saveSettings(s settings) error {
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	fresh := f.settings() + ".new"
	if err := os.WriteFile(fresh, append(b, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, f.settings())
}
