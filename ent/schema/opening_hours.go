package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy/guard"
)

// OpeningHours are when a reception point opens (horaires d'ouverture). A row
// with a weekday is a weekly rule; a row without one is an exception, which wins
// over the rules on every day of its period. No interval means closed.
//
// Weekly rules of one weekday, and exceptions, never overlap in time: exclusion
// constraints opening_hours_weekly_no_overlap and
// opening_hours_exception_no_overlap, hand-written in the migrations.
type OpeningHours struct{ ent.Schema }

// Policy puts opening hours behind the guard.
func (OpeningHours) Policy() ent.Policy { return guard.Policy{Type: "OpeningHours"} }

// Mixin gives opening hours their identity.
func (OpeningHours) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.OpeningHoursPrefix}}
}

// Fields of opening hours.
func (OpeningHours) Fields() []ent.Field {
	return []ent.Field{
		field.String("reception_point_id").GoType(domain.ID("")).Immutable(),
		field.Int8("weekday").GoType(domain.Weekday(0)).Optional().Nillable().Immutable().
			Comment("ISO 8601: 1 is Monday, 7 is Sunday; empty for an exception."),
		field.Other("intervals", domain.OpeningIntervals{}).SchemaType(multirangeType).
			Comment("Minutes since midnight in Europe/Paris."),
		field.Time("valid_from").GoType(domain.Date{}).SchemaType(dateType),
		field.Time("valid_until").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.String("reason").MaxLen(200).Optional().Nillable().
			Comment("Why the point departs from its weekly rules; only on an exception."),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of opening hours.
func (OpeningHours) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("reception_point", ReceptionPoint.Type).Ref("opening_hours").
			Field("reception_point_id").Unique().Required().Immutable(),
	}
}

// Indexes of opening hours.
func (OpeningHours) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("reception_point_id", "valid_from").StorageKey("opening_hours_point_idx"),
	}
}

// Annotations of opening hours.
func (OpeningHours) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("opening_hours"),
		entsql.Checks(map[string]string{
			"opening_hours_weekday_check":   "weekday BETWEEN 1 AND 7",
			"opening_hours_period_check":    "valid_until > valid_from",
			"opening_hours_exception_check": "weekday IS NOT NULL OR valid_until IS NOT NULL",
			"opening_hours_reason_check":    "weekday IS NULL OR reason IS NULL",
			"opening_hours_intervals_check": "intervals <@ '{[0,1440)}'::int4multirange",
		}),
	}
}
