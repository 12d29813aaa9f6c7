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

// Absence is when a member of staff, a room or a whole reception point is not there
// (absence, indisponibilité). No slot is in it.
type Absence struct{ ent.Schema }

// Policy puts absences behind the guard.
func (Absence) Policy() ent.Policy { return guard.Policy{Type: "Absence"} }

// Mixin gives absences their identity.
func (Absence) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.AbsencePrefix}} }

// Fields of an absence.
func (Absence) Fields() []ent.Field {
	return []ent.Field{
		field.String("person_id").GoType(domain.ID("")).Optional().Nillable().Immutable(),
		field.String("room_id").GoType(domain.ID("")).Optional().Nillable().Immutable(),
		field.String("reception_point_id").GoType(domain.ID("")).Optional().Nillable().Immutable(),
		field.Time("starts_at").Immutable(),
		field.Time("ends_at").Immutable(),
		field.Enum("reason").GoType(domain.AbsenceReason("")).Immutable(),
		field.String("declared_by_id").GoType(domain.ID("")).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Edges of an absence.
func (Absence) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("person", Person.Type).Field("person_id").Unique().Immutable(),
		edge.To("room", Room.Type).Field("room_id").Unique().Immutable(),
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Immutable().
			Annotations(entgql.MapsTo("receptionPoint")),
		edge.To("declared_by", Person.Type).Field("declared_by_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of an absence.
func (Absence) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("person_id", "ends_at").StorageKey("absence_person_idx"),
		index.Fields("room_id", "ends_at").StorageKey("absence_room_idx"),
		index.Fields("reception_point_id", "ends_at").StorageKey("absence_point_idx"),
	}
}

// Annotations of an absence.
func (Absence) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("absence"),
		entsql.Checks(map[string]string{
			"absence_period_check":  "ends_at > starts_at",
			"absence_subject_check": "num_nonnulls(person_id, room_id, reception_point_id) = 1",
		}),
	}
}
