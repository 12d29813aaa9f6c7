// Package graph resolves the contract: one file a concept, resolvers of a few
// lines that name a query or call one method of the service, and no rule of any
// kind. Package gen is generated from schema.graphql, package model from those of
// its types that are no entity; package scalar says how scalars are written, package
// writers how whole answers are.
//
// It may import ent, service, auth, domain and gqlgen. It must not import policy,
// server, net/http or database/sql, and calls no builder of ent that writes.
package graph
