// Command entc generates package ent from ent/schema. It is an ordinary program,
// so that lint and go mod tidy see it.
package main

import (
	"log"

	"entgo.io/contrib/entgql"
	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
)

func main() {
	if err := run(); err != nil {
		log.Fatalf("generate ent: %v", err)
	}
}

func run() error {
	// The contract is written by hand: entgql generates pagination, field
	// collection, filters and Noder, and no schema.
	relay, err := entgql.NewExtension(entgql.WithWhereInputs(true))
	if err != nil {
		return err
	}
	return entc.Generate("./ent/schema", &gen.Config{
		Package: "github.com/guichet-logement/guichet/ent",
		Features: []gen.Feature{
			gen.FeaturePrivacy,
			gen.FeatureLock,
			gen.FeatureModifier,
			gen.FeatureUpsert,
			gen.FeatureExecQuery,
			gen.FeatureVersionedMigration,
		},
		Templates: []*gen.Template{conflicts},
		Hooks:     []gen.Hook{filterBound, repairRelay},
	}, entc.Extensions(relay))
}
