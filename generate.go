// Command guichet is the program and the root of the module: the contract in schema.graphql, the
// program in main.go, and the two lines that generate code, in this order.
//
// The comment of each folder's package says what it is for; README.md has the map.
package main

//go:generate go run ./ent/entc
//go:generate go run ./graph/writers/generate
