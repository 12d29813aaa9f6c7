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

// Assignment is what a person does for an organisation, and at which of its
// reception points, for a time (affectation). When it ends the rights end.
type Assignment struct{ ent.Schema }

// Policy puts assignments behind the guard.
func (Assignment) Policy() ent.Policy { return guard.Policy{Type: "Assignment"} }

// Mixin gives assignments their identity.
func (Assignment) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.AssignmentPrefix}} }

// Fields of an assignment.
func (Assignment) Fields() []ent.Field {
	return []ent.Field{
		field.String("person_id").GoType(domain.ID("")).Immutable(),
		field.String("organisation_id").GoType(domain.ID("")).Immutable(),
		field.Enum("role").GoType(domain.Role("")).Immutable(),
		field.Time("valid_from").GoType(domain.Date{}).SchemaType(dateType),
		field.Time("valid_until").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
	}
}

// Edges of an assignment.
func (Assignment) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("person", Person.Type).Ref("assignments").Field("person_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("organisation", Organisation.Type).Field("organisation_id").Unique().Required().Immutable(),
		edge.To("reception_points", ReceptionPoint.Type).
			StorageKey(
				edge.Table("assignment_reception_point"),
				edge.Columns("assignment_id", "reception_point_id"),
				edge.Symbols("assignment_reception_point_assignment_fkey", "assignment_reception_point_point_fkey"),
			).
			Annotations(entgql.MapsTo("receptionPoints")),
	}
}

// Indexes of an assignment.
func (Assignment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("person_id", "organisation_id", "role", "valid_from").Unique().
			StorageKey("assignment_person_key"),
	}
}

// Annotations of an assignment.
func (Assignment) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("assignment"),
		entsql.Checks(map[string]string{
			"assignment_period_check": "valid_until > valid_from",
		}),
	}
}
