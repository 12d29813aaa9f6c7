// Package operations answers one question: what do partners ask? It holds the
// documented operations, so that the program can show the very files that clients
// and tests use.
//
// It imports nothing of ours.
package operations
