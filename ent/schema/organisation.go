package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Organisation is a body of the network: the Métropole, a commune, a landlord,
// the State, the Département, Action Logement, a shared desk, an association.
type Organisation struct{ ent.Schema }

// Policy puts organisations behind the guard.
func (Organisation) Policy() ent.Policy { return guard.Policy{Type: "Organisation"} }

// Mixin gives organisations their identity.
func (Organisation) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.OrganisationPrefix}}
}

// Fields of an organisation.
func (Organisation) Fields() []ent.Field {
	return []ent.Field{
		field.String("key").MaxLen(60).Immutable().
			Comment("The stable name by which files of the directory refer to the organisation."),
		field.Enum("kind").GoType(domain.OrganisationKind("")),
		field.String("name").MaxLen(120).
			Annotations(entgql.OrderField("NAME"), entsql.Annotation{Collation: frenchOrder}),
		field.String("siren").GoType(domain.Siren("")).Optional().Nillable(),
		field.Bool("reservataire"),
		field.Bool("registering_body"),
		field.String("commune_id").GoType(domain.ID("")).Optional().Nillable(),
	}
}

// Edges of an organisation.
func (Organisation) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("commune", Commune.Type).Ref("organisations").Field("commune_id").Unique(),
		// Where a landlord has dwellings, by the list of landlords that the Métropole last
		// loaded: what one of them declares opens nothing before that.
		edge.To("territory", Commune.Type).
			StorageKey(
				edge.Table("landlord_territory"),
				edge.Columns("organisation_id", "commune_id"),
				edge.Symbols("landlord_territory_organisation_fkey", "landlord_territory_commune_fkey"),
			).
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.From("reception_points", ReceptionPoint.Type).Ref("operators").
			Annotations(entgql.RelayConnection(), entgql.MapsTo("receptionPoints")),
		edge.From("assignments", Assignment.Type).Ref("organisation").
			Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of an organisation.
func (Organisation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("key").Unique().StorageKey("organisation_key_key"),
		index.Fields("name", "id").StorageKey("organisation_name_idx"),
		index.Fields("kind", "name", "id").StorageKey("organisation_kind_idx"),
		index.Fields("commune_id").StorageKey("organisation_commune_idx"),
	}
}

// Annotations of an organisation.
func (Organisation) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entgql.RelayConnection(),
		entsql.Table("organisation"),
		entsql.Checks(map[string]string{
			"organisation_commune_check": "(kind = 'COMMUNE') = (commune_id IS NOT NULL)",
		}),
	}
}
