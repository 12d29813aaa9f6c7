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

// WaitingPlace is an application that waits for a slot of a motive (liste d'attente). While
// one is held for it, [BookedTime] is taken in its name.
type WaitingPlace struct{ ent.Schema }

// Policy puts places behind the guard.
func (WaitingPlace) Policy() ent.Policy { return guard.Policy{Type: "WaitingPlace"} }

// Mixin gives places their identity.
func (WaitingPlace) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.WaitingPlacePrefix}}
}

// Fields of a place.
func (WaitingPlace) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("motive").GoType(domain.MotiveCode("")).MaxLen(40).Immutable(),
		field.Bool("sensitive").Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("That of its motive when the list was joined: the scope looks at it."),
		field.Enum("mode").GoType(domain.AppointmentMode("")).Immutable(),
		field.JSON("reception_point_ids", []domain.ID{}).Immutable(),
		field.Time("until").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.Time("joined_at").Immutable(),
		field.String("joined_by_id").GoType(domain.ID("")).Optional().Nillable().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("The member of staff; null when the applicant did."),
		field.Enum("state").GoType(domain.WaitingState("")).Default(string(domain.WaitingForSlot)),
		field.String("offered_point_id").GoType(domain.ID("")).Optional().Nillable(),
		field.Time("starts_at").Optional().Nillable(),
		field.Time("ends_at").Optional().Nillable(),
		field.Time("held_until").Optional().Nillable(),
	}
}

// Edges of a place.
func (WaitingPlace) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("application", Application.Type).Ref("waiting_places").Field("application_id").Unique().Required().Immutable(),
		edge.To("offered_point", ReceptionPoint.Type).Field("offered_point_id").Unique().
			Annotations(entgql.MapsTo("offeredPoint")),
		edge.To("joined_by", Person.Type).Field("joined_by_id").Unique().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("booked_times", BookedTime.Type).Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a place. An application has one at a time for a motive.
func (WaitingPlace) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id", "motive").Unique().StorageKey("waiting_place_live_key").
			Annotations(entsql.IndexWhere("((state)::text = 'WAITING'::text) OR ((state)::text = 'OFFERED'::text)")),
		index.Fields("application_id").StorageKey("waiting_place_application_idx"),
		index.Fields("joined_at").StorageKey("waiting_place_waiting_idx").Annotations(entsql.IndexWhere("(state)::text = 'WAITING'::text")),
		index.Fields("held_until").StorageKey("waiting_place_held_idx").Annotations(entsql.IndexWhere("(state)::text = 'OFFERED'::text")),
	}
}

// Annotations of a place.
func (WaitingPlace) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("waiting_place"),
		entsql.Checks(map[string]string{
			"waiting_place_offer_check": "num_nonnulls(offered_point_id, starts_at, ends_at, held_until) IN (0, 4)",
			"waiting_place_held_check":  "state NOT IN ('OFFERED', 'TAKEN', 'LAPSED') OR held_until IS NOT NULL",
		}),
	}
}
