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

// ContributingEmployer is an establishment whose employees Action Logement houses, since it
// contributes to the building of dwellings (employeur cotisant; participation des employeurs à
// l'effort de construction, CCH L313-1). Action Logement proposes it, and the Métropole
// confirms it: from then on Action Logement sees the applications of those who work there.
type ContributingEmployer struct{ ent.Schema }

// Policy puts employers behind the guard.
func (ContributingEmployer) Policy() ent.Policy {
	return guard.Policy{Type: "ContributingEmployer"}
}

// Mixin gives employers their identity.
func (ContributingEmployer) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.ContributingEmployerPrefix}}
}

// Fields of an employer.
func (ContributingEmployer) Fields() []ent.Field {
	return []ent.Field{
		field.String("siret").GoType(domain.Siret("")).Immutable(),
		field.String("name").MaxLen(domain.MaxEmployerName).Immutable(),
		field.Enum("state").GoType(domain.ContributingEmployerState("")).Default(string(domain.EmployerProposed)),
		field.String("proposed_by_id").GoType(domain.ID("")).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("proposed_on").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.String("confirmed_by_id").GoType(domain.ID("")).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("confirmed_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.String("withdrawn_by_id").GoType(domain.ID("")).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("withdrawn_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
	}
}

// Edges of an employer.
func (ContributingEmployer) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("proposed_by", Person.Type).Field("proposed_by_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("confirmed_by", Person.Type).Field("confirmed_by_id").Unique().Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("withdrawn_by", Person.Type).Field("withdrawn_by_id").Unique().Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of an employer. An establishment is on the list once.
func (ContributingEmployer) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("siret").Unique().StorageKey("contributing_employer_siret_key").
			Annotations(entsql.IndexWhere("(state)::text <> 'WITHDRAWN'::text")),
	}
}

// Annotations of an employer.
func (ContributingEmployer) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("contributing_employer"),
		entsql.Checks(map[string]string{
			"contributing_employer_second_check":    "confirmed_by_id <> proposed_by_id",
			"contributing_employer_confirmed_check": "(confirmed_on IS NULL) = (confirmed_by_id IS NULL) AND (state <> 'CONFIRMED' OR confirmed_on IS NOT NULL) AND (state <> 'PROPOSED' OR confirmed_on IS NULL)",
			"contributing_employer_withdrawn_check": "(withdrawn_on IS NOT NULL) = (state = 'WITHDRAWN') AND (withdrawn_on IS NULL) = (withdrawn_by_id IS NULL)",
		}),
	}
}
