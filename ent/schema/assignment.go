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
// reception points, for a time (affectation). When it ends the rights end. Only a
// confirmed one gives any.
//
// Assignments of one person to one role of one organisation, proposed or confirmed,
// never overlap: the exclusion constraint assignment_no_overlap, hand-written in the
// migrations.
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
		field.Int("share").Default(domain.FullTime).Immutable().
			Comment("Of full time, in percent."),
		field.Enum("state").GoType(domain.AssignmentState("")).Default(string(domain.AssignmentConfirmed)),
		field.String("assigned_by_id").GoType(domain.ID("")).Optional().Nillable().Immutable().
			Comment("Null for what was there before anybody assigned."),
		field.String("decided_by_id").GoType(domain.ID("")).Optional().Nillable().
			Comment("The second person, who confirmed or rejected it; null where none was needed."),
		field.String("rejection_reason").MaxLen(200).Optional().Nillable(),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of an assignment.
func (Assignment) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("person", Person.Type).Ref("assignments").Field("person_id").Unique().Required().Immutable(),
		edge.To("organisation", Organisation.Type).Field("organisation_id").Unique().Required().Immutable(),
		edge.To("reception_points", ReceptionPoint.Type).
			StorageKey(
				edge.Table("assignment_reception_point"),
				edge.Columns("assignment_id", "reception_point_id"),
				edge.Symbols("assignment_reception_point_assignment_fkey", "assignment_reception_point_point_fkey"),
			).
			Annotations(entgql.MapsTo("receptionPoints")),
		edge.To("assigned_by", Person.Type).Field("assigned_by_id").Unique().Immutable().
			Annotations(entgql.MapsTo("assignedBy")),
		edge.To("decided_by", Person.Type).Field("decided_by_id").Unique().
			Annotations(entgql.MapsTo("decidedBy")),
	}
}

// Indexes of an assignment.
func (Assignment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("person_id", "valid_from").StorageKey("assignment_person_idx"),
		index.Fields("organisation_id", "role", "person_id").StorageKey("assignment_organisation_idx"),
	}
}

// Annotations of an assignment.
func (Assignment) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("assignment"),
		entsql.Checks(map[string]string{
			"assignment_period_check":        "valid_until > valid_from",
			"assignment_share_check":         "share BETWEEN 1 AND 100",
			"assignment_second_person_check": "decided_by_id <> assigned_by_id AND decided_by_id <> person_id",
			"assignment_self_check":          "assigned_by_id <> person_id",
		}),
	}
}
