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

// Appointment is a meeting of an applicant with staff of a reception point (rendez-vous).
// Whose time it takes is [BookedTime], which outlives no cancellation.
type Appointment struct{ ent.Schema }

// Policy puts appointments behind the guard.
func (Appointment) Policy() ent.Policy { return guard.Policy{Type: "Appointment"} }

// Mixin gives appointments their identity.
func (Appointment) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.AppointmentPrefix}}
}

// Fields of an appointment.
func (Appointment) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("motive").GoType(domain.MotiveCode("")).MaxLen(40).Immutable(),
		field.Bool("sensitive").Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("That of its motive when it was booked: the scope looks at it."),
		field.Enum("mode").GoType(domain.AppointmentMode("")),
		field.Enum("state").GoType(domain.AppointmentState("")).Default(string(domain.AppointmentUpcoming)),
		field.String("reception_point_id").GoType(domain.ID("")),
		field.String("room_id").GoType(domain.ID("")).Optional().Nillable(),
		field.Time("starts_at"),
		field.Time("ends_at"),
		field.JSON("participants", []domain.Participant{}),
		field.Time("booked_at").Immutable(),
		field.String("booked_by_id").GoType(domain.ID("")).Optional().Nillable().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("The member of staff; null when the applicant did."),
		field.String("overbooked_for").MaxLen(200).Optional().Nillable().
			Comment("Why it was given beside another one."),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of an appointment.
func (Appointment) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("application", Application.Type).Ref("appointments").Field("application_id").Unique().Required().Immutable(),
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Required().
			Annotations(entgql.MapsTo("receptionPoint")),
		edge.To("room", Room.Type).Field("room_id").Unique(),
		edge.To("staff", Person.Type).
			StorageKey(
				edge.Table("appointment_staff"),
				edge.Columns("appointment_id", "person_id"),
				edge.Symbols("appointment_staff_appointment_fkey", "appointment_staff_person_fkey"),
			),
		edge.To("booked_by", Person.Type).Field("booked_by_id").Unique().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("booked_times", BookedTime.Type).Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of an appointment.
func (Appointment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id", "starts_at").StorageKey("appointment_application_idx"),
		index.Fields("reception_point_id", "starts_at").StorageKey("appointment_point_idx"),
	}
}

// Annotations of an appointment.
func (Appointment) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("appointment"),
		entsql.Checks(map[string]string{
			"appointment_period_check": "ends_at > starts_at",
		}),
	}
}
