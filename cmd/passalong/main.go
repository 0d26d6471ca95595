// Command passalong releases content that can only be passed on: it serves the
// fans' pages, the console and the API from one data folder, and every
// command works on that folder whether a server runs on it or not.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is the whole command line.
type cli struct {
	Data string `default:"passalong-data" type:"path" placeholder:"DIR" help:"The data folder: store, keys, media and settings."`
	Lang string `default:"${lang}" help:"Language of what is printed: en or fr."`

	Demo      demoCmd      `cmd:"" help:"Show everything on this machine, with a simulated audience."`
	Launch    launchCmd    `cmd:"" help:"Release files to a list of people, and serve."`
	Serve     serveCmd     `cmd:"" help:"Serve the campaigns of a data folder."`
	Links     linksCmd     `cmd:"" help:"Mint links for more people, or print the links again."`
	Signin    signinCmd    `cmd:"" help:"Print a one-time link into the console, for you or a colleague."`
	Report    reportCmd    `cmd:"" help:"Read a campaign's report."`
	Campaigns campaignsCmd `cmd:"" help:"List the campaigns."`
	Keys      keysCmd      `cmd:"" help:"The keys that sign links."`
	Backup    backupCmd    `cmd:"" help:"Copy everything into one file, while serving."`
	Restore   restoreCmd   `cmd:"" help:"Make a data folder from a backup; the same links work."`
	Check     checkCmd     `cmd:"" help:"Verify every invariant of the data."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
}

// io is where a command reads and writes.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], terminal{os.Stdin, os.Stdout, os.Stderr}, os.Getenv)
	stop()
	os.Exit(code)
}

// run is the program: 0 when all went well, 1 for a failure, 2 for a usage error.
func run(ctx context.Context, args []string, t terminal, getenv func(string) string) int {
	var c cli
	lang := "en"
	if strings.HasPrefix(getenv("LANG"), "fr") {
		lang = "fr"
	}
	exit := -1
	parser, err := kong.New(&c, kong.Name("passalong"), kong.Description(about), kong.Writers(t.out, t.err), kong.Vars{"lang": lang},
		kong.DefaultEnvars("PASSALONG"), kong.Exit(func(code int) { exit = code; panic(exitNow{}) }),
		kong.Configuration(kong.JSON, "/etc/passalong.json"), kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}))
	if err != nil {
		fmt.Fprintln(t.err, "passalong:", err)
		return 1
	}
	parsed, err := parse(parser, args, &exit)
	if exit >= 0 {
		return exit
	}
	if err != nil {
		fmt.Fprintf(t.err, "passalong: %v\nRun \"passalong --help\" for the manual.\n", err)
		return 2
	}
	err = parsed.Run(&call{ctx: ctx, cli: &c, terminal: t})
	var usage usageError
	switch {
	case err == nil, errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintln(t.err, "passalong:", err)
		return 2
	}
	fmt.Fprintln(t.err, "passalong:", err)
	return 1
}

const about = `Content that can only be passed on.

A campaign in one line:
  passalong launch clip.mp4 --to people.csv --for 96h --domain clip.artist.fr

A look around first:
  passalong demo

Every flag has a twin in the environment: --base-url is PASSALONG_BASE_URL.
Exit codes: 0 done, 1 failed, 2 not understood.`

// exitNow ends parsing when kong has printed its help.
type exitNow struct{}

func parse(parser *kong.Kong, args []string, exit *int) (parsed *kong.Context, err error) {
	defer func() {
		if v := recover(); v != nil {
			if _, ok := v.(exitNow); !ok {
				panic(v)
			}
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	return parser.Parse(args)
}

// usageError is a mistake in how a command was called.
type usageError struct{ error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// call is what a command is run with.
type call struct {
	terminal
	ctx context.Context
	cli *cli
}

func (c *call) folder() folder { return folder(c.cli.Data) }

func (c *call) connect() (*client, error) { return connect(c.ctx, c.folder(), c.cli.Lang, false) }

func (c *call) say(format string, args ...any) { fmt.Fprintf(c.out, format+"\n", args...) }

// version tells the module's version, or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "commit " + s.Value[:12]
		}
	}
	return "development"
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(c *call) error {
	c.say("passalong %s", version())
	return nil
}
