// Package explorer answers one question: what does a developer see first? It is
// the page at / of a sandbox: GraphiQL with the documented operations as tabs and
// a choice of personas to ask as, out of the binary and without network. Beside it is
// the map of the stock at /map, an application of the public API to begin from.
//
// README.md says how the page is built. The package serves it, the samples and
// the tokens of personas; it is given the personas, because production must not
// know them. It is mounted in a sandbox only: its tokens are for everybody.
//
// It may import domain and clients/operations. It must not import server, which
// mounts it, nor sandbox.
package explorer
