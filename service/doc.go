// Package service says how a command happens: one method a mutation, one file a
// concept, one transaction each, in a fixed order: load, decide (policy), apply
// the rule (domain), write, return what was written. It also holds the predicates
// that reads need beyond columns, the import of files, and the jobs.
//
// It may import policy, domain, auth, ent and libraries of storage. It must not
// import graph, server, net/http or gqlgen.
package service
