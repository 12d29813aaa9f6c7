// Package server answers one question: how is the service reached?
//
// It speaks GraphQL over HTTP as the working group specifies it: what a request
// must look like, what an operation may ask for, how an answer is written, and
// what a browser, a cache, a proxy and an operator need around it. It knows
// nothing of housing: it is given an executable schema and everything else it
// depends on through [Config].
//
// The order of a request is that of routes.go: trace, headers, compression,
// origin, caller, then request.go (its form), documents.go and limits.go (the
// document, without its variables), arguments.go and connections.go (with them),
// and only then gqlgen.
//
// It may import domain, auth, graph and gqlgen. It must not import policy,
// service or ent's entity packages, and only the program itself imports it.
package server
