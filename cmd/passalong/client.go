package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// client speaks the API with the owner's rights: over the control socket of
// the server that holds the data folder, or, when none runs, to an app of its
// own in this process. A command need not know which.
type client struct {
	http  *http.Client
	local *app // the app of its own; nil when a server answers
	lang  string
	close func() error
}

// connect reaches the data folder of f. lang is the language of sentences.
func connect(ctx context.Context, f folder, lang string, create bool) (*client, error) {
	c := &client{lang: lang}
	conn, err := dialSocket(ctx, f)
	if err == nil {
		_ = conn.Close()
		c.http = &http.Client{Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dialSocket(ctx, f) },
		}}
		c.close = func() error { c.http.CloseIdleConnections(); return nil }
		return c, nil
	}
	s, err := f.loadSettings()
	if err != nil {
		return nil, err
	}
	if s.BaseURL == "" {
		s.BaseURL = "http://localhost:8080"
	}
	a, err := openApp(appOptions{Folder: f, Create: create, BaseURL: s.BaseURL, Hosts: s.Hosts, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	c.own(a)
	c.close = func() error { c.http.CloseIdleConnections(); return a.close() }
	return c, nil
}

// own makes the client speak to an app in this process.
func (c *client) own(a *app) {
	pipes := newPipes()
	server := &http.Server{Handler: a.api.Owner()}
	go func() { _ = server.Serve(pipes) }()
	c.local = a
	c.http = &http.Client{Transport: &http.Transport{DialContext: pipes.dial}}
	c.close = func() error { c.http.CloseIdleConnections(); return server.Close() }
}

// dialSocket reaches a folder's control socket. Its path may be longer than a
// socket's address can be: then it goes by way of the folder's descriptor.
func dialSocket(ctx context.Context, f folder) (net.Conn, error) {
	path, done, err := shortPath(f.socket())
	if err != nil {
		return nil, err
	}
	defer done()
	var d net.Dialer
	return d.DialContext(ctx, "unix", path)
}

func shortPath(path string) (string, func(), error) {
	if len(path) < 100 {
		return path, func() {}, nil
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), filepath.Base(path)), func() { _ = dir.Close() }, nil
}

// problem is an API's refusal.
type problem struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Errors []struct {
		Message  string `json:"message"`
		Location string `json:"location"`
	} `json:"errors"`
}

func (p *problem) Error() string {
	said := p.Detail
	if said == "" {
		said = p.Title
	}
	for i, e := range p.Errors {
		if e.Message != "" && (len(p.Errors) > 1 || e.Message != said) {
			said += "\n  " + strings.TrimSpace(e.Location+": "+e.Message)
		}
		if i == 19 && len(p.Errors) > 20 {
			return said + fmt.Sprintf("\n  … and %d more", len(p.Errors)-20)
		}
	}
	return said
}

// do sends one request below /api/v1 and gives the answer, which the caller
// closes; a refusal is a *problem.
func (c *client) do(ctx context.Context, method, path string, query url.Values, contentType string, body io.Reader) (*http.Response, error) {
	target := "http://passalong/api/v1" + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("Accept-Language", c.lang)
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode < 300 {
		return res, nil
	}
	defer res.Body.Close()
	p := &problem{Status: res.StatusCode}
	b, _ := io.ReadAll(io.LimitReader(res.Body, 8<<20))
	if json.Unmarshal(b, p) != nil || p.Title == "" && p.Detail == "" {
		p.Title = fmt.Sprintf("the server answered %s", res.Status)
	}
	return nil, p
}

// ask sends in as JSON (nothing when nil) and reads the answer into out.
func (c *client) ask(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	kind := ""
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body, kind = bytes.NewReader(b), "application/json"
	}
	res, err := c.do(ctx, method, path, nil, kind, body)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if out == nil {
		return nil
	}
	return json.NewDecoder(res.Body).Decode(out)
}

// pipes is a listener in memory.
type pipes struct {
	waiting chan net.Conn
	done    chan struct{}
	once    sync.Once
}

func newPipes() *pipes { return &pipes{waiting: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.waiting:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "passalong", Net: "pipe"} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.waiting <- there:
		return here, nil
	case <-p.done:
		return nil, errors.New("the program is ending")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
