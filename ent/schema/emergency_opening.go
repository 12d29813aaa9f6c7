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

// EmergencyOpening says that somebody opened one application in an emergency (bris de
// glace): what the ground BREAK_GLASS rests on, for an hour. Why in words is kept with
// the audit trail, where it can be erased.
type EmergencyOpening struct{ ent.Schema }

// Policy puts openings behind the guard.
func (EmergencyOpening) Policy() ent.Policy { return guard.Policy{Type: "EmergencyOpening"} }

// Mixin gives openings their identity.
func (EmergencyOpening) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.EmergencyOpeningPrefix}}
}

// Fields of an opening.
func (EmergencyOpening) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("person_id").GoType(domain.ID("")).Immutable(),
		field.String("organisation_id").GoType(domain.ID("")).Immutable(),
		field.Enum("motive").GoType(domain.EmergencyMotive("")).Immutable(),
		field.Time("valid_from").Immutable(),
		field.Time("valid_until").Immutable(),
	}
}

// Edges of an opening.
func (EmergencyOpening) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("application", Application.Type).Field("application_id").Unique().Required().Immutable(),
		edge.To("person", Person.Type).Field("person_id").Unique().Required().Immutable(),
		edge.To("organisation", Organisation.Type).Field("organisation_id").Unique().Required().Immutable(),
	}
}

// Indexes of an opening.
func (EmergencyOpening) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id").StorageKey("emergency_opening_application_idx"),
		index.Fields("person_id", "valid_from").StorageKey("emergency_opening_person_idx"),
	}
}

// Annotations of an opening. It is no part of the contract.
func (EmergencyOpening) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entgql.Skip(entgql.SkipAll),
		entsql.Table("emergency_opening"),
		entsql.Checks(map[string]string{"emergency_opening_period_check": "valid_until > valid_from"}),
	}
}
