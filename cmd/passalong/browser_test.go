package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"passalong/release"
	"passalong/release/words"
)

// world is a demo campaign without its audience, on a real port.
type world struct {
	t     *testing.T
	base  string
	demo  *demo
	shots string
}

func newWorld(t *testing.T, lang string) *world {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + ln.Addr().String()
	clock := &tape{live: true}
	a, err := openApp(appOptions{Folder: folder(t.TempDir()), Create: true, BaseURL: base, Log: slog.New(slog.DiscardHandler), Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: a.handler()}
	go func() { _ = server.Serve(ln) }()
	owner := &client{lang: lang}
	owner.own(a)
	t.Cleanup(func() {
		_ = owner.close()
		_ = server.Close()
		if err := a.close(); err != nil {
			t.Error(err)
		}
	})
	d := &demo{demoOptions: demoOptions{Lang: lang, Out: os.Stderr}, say: words.In(words.Match(lang, "")), owner: owner, base: base, clock: clock}
	if err := d.release(t.Context()); err != nil {
		t.Fatal(err)
	}
	shots := os.Getenv("PASSALONG_SHOTS") // a folder for the pictures; none are kept without it
	return &world{t: t, base: base, demo: d, shots: shots}
}

// chrome starts a browser; each tab has cookies of its own.
func chrome(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no Chromium here: bash cmd/test.sh installs it")
	}
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("autoplay-policy", "no-user-gesture-required"), chromedp.Flag("mute-audio", true))...)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

type tab struct {
	t   *testing.T
	ctx context.Context
	w   *world
}

func (w *world) tab(browser context.Context, width, height int64) tab {
	w.t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	w.t.Cleanup(cancel)
	// The first run makes the tab and must have no limit of its own.
	if err := chromedp.Do(ctx); err != nil {
		w.t.Fatal(err)
	}
	x := tab{w.t, ctx, w}
	x.do(chromedp.EmulateViewport(width, height))
	return x
}

func (x tab) do(steps ...chromedp.Action[chromedp.Void]) {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(x.ctx, 40*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		x.shot("failed")
		x.t.Fatal(err)
	}
}

func eval[T any](x tab, js string) T {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(x.ctx, 40*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js))
	if err != nil {
		x.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// until waits for a JavaScript condition.
func (x tab) until(js string) {
	x.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if eval[bool](x, "!!("+js+")") {
			return
		}
	}
	x.shot("failed")
	x.t.Fatalf("never true: %s\nat %s: %s", js, eval[string](x, "location.pathname"), eval[string](x, "document.body.innerText.slice(0,600)"))
}

func (x tab) shot(name string) {
	if x.w.shots == "" {
		return
	}
	ctx, cancel := context.WithTimeout(x.ctx, 20*time.Second)
	defer cancel()
	b, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		_ = os.MkdirAll(x.w.shots, 0o755)
		_ = os.WriteFile(filepath.Join(x.w.shots, name+".png"), b, 0o644)
	}
}

func (x tab) script(on bool) {
	x.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	}))
}

// A fan on a phone: landing, claim, the clip really plays, a share, the friend
// in another browser claims it, and the report shows the chain of two.
func TestFanPassesOnAndTheReportShowsIt(t *testing.T) {
	browser := chrome(t)
	w := newWorld(t, "fr")
	ana := w.tab(browser, 360, 740)
	ana.do(chromedp.Navigate(w.demo.links[0]), chromedp.WaitVisible("form button"))
	ana.shot("landing")
	if n := eval[int](ana, "document.documentElement.outerHTML.length"); n > 50_000 {
		t.Errorf("landing document of %d bytes", n)
	}
	ana.do(chromedp.Click("form button"))
	ana.until("location.pathname.startsWith('/v/')")
	ana.until("document.querySelector('video')")
	eval[any](ana, "document.querySelector('video').play().then(()=>1)")
	ana.until("document.querySelector('video').currentTime > 4")
	ana.shot("player")
	w.report(t, func(r release.Report) bool { return r.Reach == 1 && r.Views == 1 })

	link := eval[string](ana, "document.querySelector('#link-text').value")
	eval[any](ana, "document.querySelector('#pass-form button[value=copy]').click()")
	w.report(t, func(r release.Report) bool { return r.Funnel.Shared >= 1 })
	ana.shot("shared")

	bo := w.tab(browser, 414, 896)
	bo.do(chromedp.Navigate(link), chromedp.WaitVisible("form button"), chromedp.Click("form button"))
	bo.until("location.pathname.startsWith('/v/')")
	w.report(t, func(r release.Report) bool { return r.Reach == 2 && len(r.Generations) == 2 && r.Generations[1] == 1 })

	// Without script: each button is a POST, the answer leads to the app.
	cy := w.tab(browser, 360, 740)
	cy.do(chromedp.Navigate(w.demo.links[1]), chromedp.WaitVisible("form button"))
	cy.script(false)
	cy.do(chromedp.Navigate(w.demo.links[1]), chromedp.Click("form button"))
	time.Sleep(time.Second)
	cy.script(true)
	cy.until("location.pathname.startsWith('/v/')")
	cy.shot("noscript")
	w.report(t, func(r release.Report) bool { return r.Reach == 3 })

	signin, err := w.demo.signIn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	staff := w.tab(browser, 1440, 900)
	staff.do(chromedp.Navigate(signin), chromedp.WaitVisible("form button"), chromedp.Click("form button"))
	staff.until("location.pathname.startsWith('/console') && !location.pathname.includes('signin')")
	staff.do(chromedp.Navigate(w.base + "/console/campaigns/" + string(w.demo.id)))
	staff.until("document.body.innerText.includes('3')")
	staff.shot("report")
}

// report waits a second at most for the report to say what was done.
func (w *world) report(t *testing.T, want func(release.Report) bool) {
	t.Helper()
	var r release.Report
	for end := time.Now().Add(8 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if err := w.demo.owner.ask(t.Context(), http.MethodGet, "/campaigns/"+string(w.demo.id)+"/report", nil, &r); err != nil {
			t.Fatal(err)
		}
		if want(r) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the report says reach %d, views %d, generations %v, funnel %+v", r.Reach, r.Views, r.Generations, r.Funnel)
		}
	}
}

// What the audience did through the pages is exactly what the report counts.
func TestDemoReportCountsWhatWasLived(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out strings.Builder
	checked := false
	err := runDemo(ctx, demoOptions{People: 40, Lang: "fr", Listen: "127.0.0.1:0", Out: &out, Lived: func(a *audience, id release.CampaignID, owner *client) {
		defer cancel()
		checked = true
		var r release.Report
		if err := owner.ask(context.Background(), http.MethodGet, "/campaigns/"+string(id)+"/report", nil, &r); err != nil {
			t.Error(err)
		}
		sum := 0
		for _, g := range r.Generations {
			sum += g
		}
		if r.Reach != a.lived.Claims || r.Copied != a.lived.Copies || sum != a.lived.Claims || r.Reach != 40 {
			t.Errorf("reach %d (%d copied, %d over generations), lived %+v", r.Reach, r.Copied, sum, a.lived)
		}
		if r.Funnel.Shared != a.lived.Shares {
			t.Errorf("shared %d, lived %+v", r.Funnel.Shared, a.lived)
		}
		if r.Plays != a.lived.Watched {
			t.Errorf("plays %d, lived %+v", r.Plays, a.lived)
		}
	}})
	if err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
	if !checked {
		t.Fatalf("the audience never lived:\n%s", out.String())
	}
}
