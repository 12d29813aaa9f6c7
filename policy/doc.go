// Package policy answers one question: who may?
//
// Two kinds of answers live here, one file a concept. A scope says which rows a
// viewer sees: it is registered with the guard and becomes part of every SQL
// statement on the type. What is a part of an application is open by what the
// rows of its page said, where it is loaded for one, and by a look at the access
// otherwise. A decision says whether a viewer may perform an act on a row that
// it sees: a function named after the act, which returns the granted context
// without which no write succeeds.
//
// It may import auth, domain, ent, ent/page and policy/guard. It must not import
// service, graph or server.
package policy
