// Command generate answers one question: how is the code of a GraphQL contract
// generated, with writers? It runs gqlgen with a plugin that writes, beside
// gqlgen's executor, a writer for each output type (see package writers), and has
// the executor call them.
//
// gqlgen has no template of ours for its executor. So when all is generated, one
// call is put in place of another at each root or resolver field whose type has
// fields of its own. Each place must be found exactly once: an upgrade of gqlgen
// that moves it breaks the generation here, never an answer of the server. The
// template mirrors gqlgen's type.gotpl, field.gotpl, object.gotpl and
// interface.gotpl branch by branch: read what changed in them with each upgrade.
//
// It imports gqlgen and its parser, and nothing of ours.
package main
