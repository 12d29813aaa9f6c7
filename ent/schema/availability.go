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

// Availability is when a member of staff receives by appointment at a reception point
// (plage de rendez-vous), by a rule of days and two hours of the wall clock. Slots follow
// from it and are stored nowhere.
type Availability struct{ ent.Schema }

// Policy puts availabilities behind the guard.
func (Availability) Policy() ent.Policy { return guard.Policy{Type: "Availability"} }

// Mixin gives availabilities their identity.
func (Availability) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.AvailabilityPrefix}}
}

// Fields of an availability.
func (Availability) Fields() []ent.Field {
	return []ent.Field{
		field.String("person_id").GoType(domain.ID("")).Immutable(),
		field.String("reception_point_id").GoType(domain.ID("")).Immutable(),
		field.String("room_id").GoType(domain.ID("")).Optional().Nillable(),
		field.String("rule").GoType(domain.Stated("")).MaxLen(200).Default("").Immutable().
			Comment("A recurrence rule of RFC 5545 of whole days; empty for the first day alone."),
		field.Time("first_day").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.Time("valid_until").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Int("opens").GoType(domain.LocalTime(0)).Immutable(),
		field.Int("closes").GoType(domain.LocalTime(0)).Immutable(),
		field.JSON("motives", []domain.MotiveCode{}).Default([]domain.MotiveCode{}).
			Comment("Those that are received; none for all."),
		field.JSON("modes", []domain.AppointmentMode{}).Default([]domain.AppointmentMode{}).
			Comment("Those that are received; none for all."),
		field.JSON("changes", []domain.OccurrenceChange{}).Default([]domain.OccurrenceChange{}).
			Comment("The days on which it departs from its rule."),
		field.String("permanence_id").GoType(domain.ID("")).Optional().Nillable().Immutable().
			Comment("The permanence that it is given to; null at one's own point."),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of an availability.
func (Availability) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("person", Person.Type).Field("person_id").Unique().Required().Immutable(),
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Required().Immutable().
			Annotations(entgql.MapsTo("receptionPoint")),
		edge.To("room", Room.Type).Field("room_id").Unique(),
		edge.To("permanence", Permanence.Type).Field("permanence_id").Unique().Immutable(),
	}
}

// Indexes of an availability.
func (Availability) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("reception_point_id", "first_day").StorageKey("availability_point_idx"),
		index.Fields("person_id").StorageKey("availability_person_idx"),
		index.Fields("permanence_id").StorageKey("availability_permanence_idx"),
	}
}

// Annotations of an availability.
func (Availability) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("availability"),
		entsql.Checks(map[string]string{
			"availability_hours_check":  "opens >= 0 AND opens < closes AND closes <= 1440",
			"availability_period_check": "valid_until > first_day",
		}),
	}
}
