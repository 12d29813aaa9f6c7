package main

import (
	"context"
	_ "embed"
	"os"
	"os/signal"
	"syscall"

	"github.com/guichet-logement/guichet/command"
)

//go:embed schema.graphql
var contract string

func main() { os.Exit(run()) }

// run returns the exit code: os.Exit would skip what is deferred here.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return command.Run(ctx, os.Args[1:], command.Environment{
		Contract: contract, Getenv: os.Getenv, Stdout: os.Stdout, Stderr: os.Stderr,
	})
}
