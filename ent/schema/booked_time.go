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

// BookedTime is a stretch of the time of a member of staff, or of a room, that an
// appointment takes, or that is held for a place on the waiting list until an instant. It
// names no applicant.
//
// The time of one person, and of one room, is never booked twice unless somebody
// overbooked it: the exclusion constraints booked_time_person_no_overlap and
// booked_time_room_no_overlap, hand-written in the migrations.
type BookedTime struct{ ent.Schema }

// Policy puts booked times behind the guard.
func (BookedTime) Policy() ent.Policy { return guard.Policy{Type: "BookedTime"} }

// Mixin gives booked times their identity.
func (BookedTime) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.BookedTimePrefix}}
}

// Fields of a booked time.
func (BookedTime) Fields() []ent.Field {
	return []ent.Field{
		field.String("appointment_id").GoType(domain.ID("")).Optional().Nillable().Immutable(),
		field.String("waiting_place_id").GoType(domain.ID("")).Optional().Nillable().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("held_until").Optional().Nillable().Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.String("reception_point_id").GoType(domain.ID("")).Immutable(),
		field.String("person_id").GoType(domain.ID("")).Optional().Nillable().Immutable(),
		field.String("room_id").GoType(domain.ID("")).Optional().Nillable().Immutable(),
		field.Time("starts_at").Immutable(),
		field.Time("ends_at").Immutable(),
		field.Bool("overbooked").Default(false).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Edges of a booked time.
func (BookedTime) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("appointment", Appointment.Type).Ref("booked_times").Field("appointment_id").Unique().Immutable(),
		edge.From("waiting_place", WaitingPlace.Type).Ref("booked_times").Field("waiting_place_id").Unique().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("person", Person.Type).Field("person_id").Unique().Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("room", Room.Type).Field("room_id").Unique().Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a booked time.
func (BookedTime) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("person_id", "starts_at").StorageKey("booked_time_person_idx"),
		index.Fields("room_id", "starts_at").StorageKey("booked_time_room_idx"),
		index.Fields("reception_point_id", "starts_at").StorageKey("booked_time_point_idx"),
		index.Fields("appointment_id").StorageKey("booked_time_appointment_idx"),
		index.Fields("waiting_place_id").StorageKey("booked_time_waiting_place_idx").
			Annotations(entsql.IndexWhere("waiting_place_id IS NOT NULL")),
	}
}

// Annotations of a booked time.
func (BookedTime) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("booked_time"),
		entsql.Checks(map[string]string{
			"booked_time_period_check":  "ends_at > starts_at",
			"booked_time_for_check":     "num_nonnulls(appointment_id, waiting_place_id) = 1 AND (waiting_place_id IS NULL) = (held_until IS NULL)",
			"booked_time_subject_check": "num_nonnulls(person_id, room_id) = 1",
		}),
	}
}
