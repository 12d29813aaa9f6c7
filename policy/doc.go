// Package policy answers one question: who may?
//
// Two kinds of answers live here, one file a concept. A scope says which rows a
// viewer sees: it is registered with the guard and becomes part of every SQL
// statement on the type. A decision says whether a viewer may perform an act on
// a row that it sees: a function named after the act, which returns the granted
// context without which no write succeeds.
//
// It may import auth, domain, ent and policy/guard. It must not import service,
// graph or server.
package policy
