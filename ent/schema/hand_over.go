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

// HandOver is an offer of the point that follows an application to another one, which
// follows it once one of its people has accepted (transfert de suivi). The former point
// sees it for some time more.
type HandOver struct{ ent.Schema }

// Policy puts hand-overs behind the guard.
func (HandOver) Policy() ent.Policy { return guard.Policy{Type: "HandOver"} }

// Mixin gives hand-overs their identity.
func (HandOver) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.HandOverPrefix}} }

// Fields of a hand-over.
func (HandOver) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("from_point_id").GoType(domain.ID("")).Immutable(),
		field.String("to_point_id").GoType(domain.ID("")).Immutable(),
		field.String("offered_by_id").GoType(domain.ID("")).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.String("organisation_id").GoType(domain.ID("")).Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("For which it was offered: another one accepts it."),
		field.Time("offered_on").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.String("accepted_by_id").GoType(domain.ID("")).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("accepted_at").Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("seen_until").Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("Until when the former point sees the application."),
	}
}

// Edges of a hand-over.
func (HandOver) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("application", Application.Type).Field("application_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("from_point", ReceptionPoint.Type).Field("from_point_id").Unique().Required().Immutable().
			Annotations(entgql.MapsTo("fromPoint")),
		edge.To("to_point", ReceptionPoint.Type).Field("to_point_id").Unique().Required().Immutable().
			Annotations(entgql.MapsTo("toPoint")),
		edge.To("offered_by", Person.Type).Field("offered_by_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("accepted_by", Person.Type).Field("accepted_by_id").Unique().Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a hand-over. One is open at a time.
func (HandOver) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id").Unique().StorageKey("hand_over_open_key").
			Annotations(entsql.IndexWhere("accepted_at IS NULL")),
		index.Fields("application_id", "seen_until").StorageKey("hand_over_application_idx"),
		index.Fields("to_point_id").StorageKey("hand_over_to_point_idx").
			Annotations(entsql.IndexWhere("accepted_at IS NULL")),
	}
}

// Annotations of a hand-over.
func (HandOver) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("hand_over"),
		entsql.Checks(map[string]string{
			"hand_over_points_check":   "from_point_id <> to_point_id",
			"hand_over_second_check":   "accepted_by_id <> offered_by_id",
			"hand_over_accepted_check": "(accepted_at IS NULL) = (accepted_by_id IS NULL) AND (accepted_at IS NULL) = (seen_until IS NULL)",
		}),
	}
}
