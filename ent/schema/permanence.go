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

// Permanence is when mutualised staff of the Métropole receive at a point of level 1 or 2,
// from the request on (permanence). Who holds it has an [Availability] for it.
//
// It goes from one state to another as domain.Permanence says: the trigger
// permanence_step, hand-written in the migrations, holds every writer to it.
type Permanence struct{ ent.Schema }

// Policy puts permanences behind the guard.
func (Permanence) Policy() ent.Policy { return guard.Policy{Type: "Permanence"} }

// Mixin gives permanences their identity.
func (Permanence) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.PermanencePrefix}}
}

// Fields of a permanence.
func (Permanence) Fields() []ent.Field {
	return []ent.Field{
		field.String("reception_point_id").GoType(domain.ID("")).Immutable(),
		field.String("room_id").GoType(domain.ID("")).Optional().Nillable(),
		field.String("organisation_id").GoType(domain.ID("")).Immutable().
			Comment("For which it was asked: a point has several operators."),
		field.String("requested_by_id").GoType(domain.ID("")).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("requested_on").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.Enum("reason").GoType(domain.PermanenceReason("")).Immutable(),
		field.String("rule").GoType(domain.Stated("")).MaxLen(200).Default("").
			Comment("A recurrence rule of RFC 5545 of whole days; empty for the first day alone."),
		field.Time("first_day").GoType(domain.Date{}).SchemaType(dateType),
		field.Time("valid_until").GoType(domain.Date{}).SchemaType(dateType),
		field.Int("opens").GoType(domain.LocalTime(0)),
		field.Int("closes").GoType(domain.LocalTime(0)),
		field.Int("capacity").Comment("How many appointments are given on each day."),
		field.JSON("languages", []domain.LanguageCode{}).Default([]domain.LanguageCode{}).
			Annotations(entsql.DefaultExpr("'[]'::jsonb")).
			Comment("Those asked for besides French; none for those of the point."),
		field.String("serving_point_id").GoType(domain.ID("")).Optional().Nillable().
			Comment("The Métropole's point whose staff hold it, and which follows whom they register."),
		field.Enum("state").GoType(domain.PermanenceState("")).Default(string(domain.PermanenceRequested)),
		field.String("answered_by_id").GoType(domain.ID("")).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("answered_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Enum("declined_for").GoType(domain.PermanenceRefusal("")).Optional().Nillable(),
		field.Enum("cancelled_for").GoType(domain.PermanenceRefusal("")).Optional().Nillable(),
		field.JSON("records", []domain.PermanenceRecord{}).Default([]domain.PermanenceRecord{}).
			Comment("What became of its days."),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of a permanence.
func (Permanence) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("reception_point", ReceptionPoint.Type).Ref("permanences").Field("reception_point_id").Unique().Required().Immutable().
			Annotations(entgql.MapsTo("receptionPoint")),
		edge.To("serving_point", ReceptionPoint.Type).Field("serving_point_id").Unique().
			Annotations(entgql.MapsTo("servingPoint")),
		edge.To("room", Room.Type).Field("room_id").Unique(),
		edge.To("organisation", Organisation.Type).Field("organisation_id").Unique().Required().Immutable(),
		edge.To("requested_by", Person.Type).Field("requested_by_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("answered_by", Person.Type).Field("answered_by_id").Unique().Annotations(entgql.Skip(entgql.SkipAll)),
		edge.From("availabilities", Availability.Type).Ref("permanence").Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a permanence.
func (Permanence) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("reception_point_id", "first_day").StorageKey("permanence_point_idx"),
		index.Fields("state", "valid_until").StorageKey("permanence_state_idx"),
	}
}

// Annotations of a permanence.
func (Permanence) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("permanence"),
		entsql.Checks(map[string]string{
			"permanence_hours_check":     "opens >= 0 AND opens < closes AND closes <= 1440",
			"permanence_period_check":    "valid_until > first_day",
			"permanence_capacity_check":  "capacity BETWEEN 1 AND 100",
			"permanence_served_check":    "serving_point_id IS NOT NULL OR state IN ('REQUESTED', 'DECLINED', 'CANCELLED')",
			"permanence_elsewhere_check": "serving_point_id <> reception_point_id",
			"permanence_answered_check":  "(answered_on IS NULL) = (answered_by_id IS NULL) AND (answered_on IS NOT NULL OR state IN ('REQUESTED', 'CANCELLED'))",
			"permanence_declined_check":  "(declined_for IS NOT NULL) = (state = 'DECLINED')",
			"permanence_cancelled_check": "(cancelled_for IS NOT NULL) = (state = 'CANCELLED')",
		}),
	}
}
