package graph

import (
	"maps"

	"github.com/99designs/gqlgen/graphql"

	"github.com/guichet-logement/guichet/graph/gen"
)

// Executable is the contract, ready to run. The parser adds @defer to every
// contract; ours does not have it, so that it is neither shown nor accepted.
func Executable(r *Resolver) graphql.ExecutableSchema {
	schema := *gen.NewExecutableSchema(gen.Config{}).Schema()
	schema.Directives = maps.Clone(schema.Directives)
	delete(schema.Directives, "defer")
	return gen.NewExecutableSchema(gen.Config{Schema: &schema, Resolvers: r})
}
