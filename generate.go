// Command guichet is the program and the root of the module: the contract in schema.graphql, the
// program in main.go, and the lines that generate code, in this order: what is
// stored, then the contract with its writers, then the contract of their tests.
//
// The comment of each folder's package says what it is for; README.md has the map.
package main

//go:generate go run ./ent/entc
//go:generate go run ./graph/writers/generate
//go:generate go run ./graph/writers/generate -config graph/writers/testdata/odd/gqlgen.yml
