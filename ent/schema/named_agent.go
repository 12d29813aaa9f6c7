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

// NamedAgent is a member of staff named on a protected file, who sees it while it does
// not exist for others (agent nommément désigné). A social officer of the following
// point names two to five; the Métropole's confirms them.
type NamedAgent struct{ ent.Schema }

// Policy puts named agents behind the guard.
func (NamedAgent) Policy() ent.Policy { return guard.Policy{Type: "NamedAgent"} }

// Mixin gives named agents their identity.
func (NamedAgent) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.NamedAgentPrefix}}
}

// Fields of a named agent.
func (NamedAgent) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("person_id").GoType(domain.ID("")).Immutable(),
		field.String("organisation_id").GoType(domain.ID("")).Immutable().
			Comment("For which the agent acts: who leaves it sees the file no more."),
		field.Time("valid_from").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.Time("valid_until").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.String("proposed_by_id").GoType(domain.ID("")).Immutable(),
		field.String("confirmed_by_id").GoType(domain.ID("")).Optional().Nillable(),
	}
}

// Edges of a named agent.
func (NamedAgent) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("application", Application.Type).Field("application_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("person", Person.Type).Field("person_id").Unique().Required().Immutable(),
		edge.To("organisation", Organisation.Type).Field("organisation_id").Unique().Required().Immutable(),
		edge.To("proposed_by", Person.Type).Field("proposed_by_id").Unique().Required().Immutable().
			Annotations(entgql.MapsTo("proposedBy")),
		edge.To("confirmed_by", Person.Type).Field("confirmed_by_id").Unique().
			Annotations(entgql.MapsTo("confirmedBy")),
	}
}

// Indexes of a named agent.
func (NamedAgent) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id", "person_id").Unique().StorageKey("named_agent_application_person_key"),
	}
}

// Annotations of a named agent.
func (NamedAgent) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("named_agent"),
		entsql.Checks(map[string]string{
			"named_agent_period_check": "valid_until > valid_from",
			"named_agent_second_check": "confirmed_by_id <> proposed_by_id AND confirmed_by_id <> person_id",
		}),
	}
}
