package main

import (
	_ "embed"
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen/config"
)

//go:embed writers.gotpl
var writersTemplate string

func main() {
	log.SetFlags(0)
	if err := run(os.Args[1:]); err != nil {
		log.Fatalf("generate writers: %v", err)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	configFile := flags.String("config", "gqlgen.yml", "the configuration of gqlgen")
	templateFile := flags.String("template", "", "another template of the writers")
	output := flags.String("output", "", "write the writers alone, to this file, and leave gqlgen's code as it is")
	if err := flags.Parse(args); err != nil {
		return err
	}
	p := &plugin{template: writersTemplate, output: *output}
	if *templateFile != "" {
		text, err := os.ReadFile(*templateFile)
		if err != nil {
			return err
		}
		p.template = string(text)
	}
	cfg, err := config.LoadConfig(*configFile)
	if err != nil {
		return err
	}
	if cfg.Exec.Layout == config.ExecLayoutFollowSchema || cfg.UseFunctionSyntaxForExecutionContext {
		return fmt.Errorf("%s: writers know the executor in one file, with methods", *configFile)
	}
	if p.output != "" {
		return p.alone(cfg)
	}
	// Writers of the last time need not fit the code of this time.
	if err := os.Remove(p.file(cfg)); err != nil && !os.IsNotExist(err) {
		return err
	}
	// gqlgen logs each resolver that it looks for, as its own command does not.
	log.SetOutput(io.Discard)
	err = api.Generate(cfg, api.AddPlugin(p))
	log.SetOutput(os.Stderr)
	if err != nil {
		return err
	}
	return insert(cfg.Exec.Filename, p.hooks)
}
