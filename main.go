package main

import (
	_ "embed"
	"os"

	"github.com/guichet-logement/guichet/command"
)

//go:embed schema.graphql
var contract string

func main() { os.Exit(command.Main(contract)) }
