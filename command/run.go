package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// Environment is what the program gets from outside besides its arguments.
type Environment struct {
	// Contract is the text of schema.graphql.
	Contract       string
	Getenv         func(string) string
	Stdout, Stderr io.Writer
}

// program is the command line. Each setting has a flag and a variable.
type program struct {
	Serve   serveCommand   `cmd:"" help:"Serve the API."`
	Migrate migrateCommand `cmd:"" help:"Bring the database to the version of this program."`
	Import  importCommand  `cmd:"" help:"Load the files of the directory and of the stock."`
	Audit   auditCommand   `cmd:"" help:"Prove the audit trail, or let go of what is old in it."`
	Seed    seedCommand    `cmd:"" help:"Fill an empty database with the sandbox's data."`
	Appoint appointCommand `cmd:"" help:"Appoint the first two administrators of the Métropole, who appoint everybody else through the API."`
	Access  accessCommand  `cmd:"" help:"Check or repair who sees which application."`
	Publish publishCommand `cmd:"" help:"Publish figures about applications."`
	Export  exportCommand  `cmd:"" help:"Write what others are to be told."`
	Keep    keepCommand    `cmd:"" help:"Do what days bring by themselves."`
	Erasure erasureCommand `cmd:"" help:"Keep the ledger of erasures outside the database, and erase again what a backup brought back."`
	Token   tokenCommand   `cmd:"" help:"Print a sandbox token."`
	Schema  schemaCommand  `cmd:"" help:"Print the contract."`
	Version versionCommand `cmd:"" help:"Print what this program is."`
}

// Main is the program: it runs with the arguments, the environment and the streams of the
// process, until it is done or told to stop. It returns the exit status.
func Main(contract string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return Run(ctx, os.Args[1:], Environment{
		Contract: contract, Getenv: os.Getenv, Stdout: os.Stdout, Stderr: os.Stderr,
	})
}

// Run does what the arguments say and returns the exit status: 0 when it was
// done, 1 when it failed, 2 when the arguments are wrong.
func Run(ctx context.Context, args []string, env Environment) int {
	var p program
	status := -1
	parser, err := kong.New(&p,
		kong.Name("guichet"),
		kong.Description("The API of a metropolitan public service that receives people who ask for social housing."),
		kong.Writers(env.Stdout, env.Stderr),
		kong.Exit(func(code int) { status = code }), // --help ends here
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(env),
		kong.UsageOnError(),
	)
	if err != nil {
		return fail(env, 2, err)
	}
	parsed, err := parser.Parse(args)
	if status >= 0 {
		return status
	}
	if err != nil {
		return fail(env, 2, err)
	}
	if err := parsed.Run(); err != nil {
		var wrong *settingError
		if errors.As(err, &wrong) {
			return fail(env, 2, err)
		}
		return fail(env, 1, err)
	}
	return 0
}

func fail(env Environment, status int, err error) int {
	// Nothing can be done about a terminal that does not take the message.
	_, _ = fmt.Fprintln(env.Stderr, "guichet:", err)
	return status
}

// isTerminal tells whether a person watches the output.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
