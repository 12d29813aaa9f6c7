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

// ReceptionPoint is a place that receives people who ask for social housing
// (guichet d'accueil).
type ReceptionPoint struct{ ent.Schema }

// Policy puts reception points behind the guard.
func (ReceptionPoint) Policy() ent.Policy { return guard.Policy{Type: "ReceptionPoint"} }

// Mixin gives reception points their identity.
func (ReceptionPoint) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.ReceptionPointPrefix}}
}

// Fields of a reception point.
func (ReceptionPoint) Fields() []ent.Field {
	return []ent.Field{
		field.String("key").MaxLen(60).Immutable().
			Comment("The stable name by which files of the directory refer to the point."),
		field.String("name").MaxLen(120).
			Annotations(entgql.OrderField("NAME"), entsql.Annotation{Collation: frenchOrder}),
		field.String("address").MaxLen(200),
		field.String("postal_code").MaxLen(5),
		field.Float("latitude").GoType(domain.Latitude(0)),
		field.Float("longitude").GoType(domain.Longitude(0)),
		field.String("phone").GoType(domain.PhoneNumber("")).Optional().Nillable(),
		field.JSON("languages", []domain.LanguageCode{}).
			Comment("ISO 639-1 codes of the languages spoken at the desk, French included."),
		field.Enum("step_free_access").GoType(domain.TriState("")),
		field.Bool("inter_communal"),
		field.String("commune_id").GoType(domain.ID("")),
	}
}

// Edges of a reception point.
func (ReceptionPoint) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("commune", Commune.Type).Ref("reception_points").Field("commune_id").Unique().Required(),
		edge.To("operators", Organisation.Type).
			StorageKey(
				edge.Table("reception_point_operator"),
				edge.Columns("reception_point_id", "organisation_id"),
				edge.Symbols("reception_point_operator_point_fkey", "reception_point_operator_organisation_fkey"),
			),
		edge.To("agreements", Agreement.Type).
			Annotations(entgql.MapsTo("agreement")),
		edge.To("opening_hours", OpeningHours.Type).
			Annotations(entgql.MapsTo("openingHours", "openingDays")),
		edge.To("permanences", Permanence.Type).
			Annotations(entgql.MapsTo("nextPermanence", "permanenceDays")),
		edge.From("assignments", Assignment.Type).Ref("reception_points").
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.From("partner_apps", PartnerApp.Type).Ref("reception_points").
			Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a reception point.
func (ReceptionPoint) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("key").Unique().StorageKey("reception_point_key_key"),
		index.Fields("name", "id").StorageKey("reception_point_name_idx"),
		index.Fields("commune_id", "name", "id").StorageKey("reception_point_commune_idx"),
		index.Fields("latitude", "longitude").StorageKey("reception_point_place_idx"),
		index.Fields("languages").StorageKey("reception_point_languages_idx").
			Annotations(entsql.IndexType("GIN")),
		index.Fields("step_free_access", "name", "id").StorageKey("reception_point_step_free_idx"),
	}
}

// Annotations of a reception point.
func (ReceptionPoint) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entgql.RelayConnection(),
		entsql.Table("reception_point"),
		entsql.Checks(map[string]string{
			"reception_point_latitude_check":  "latitude BETWEEN -90 AND 90",
			"reception_point_longitude_check": "longitude BETWEEN -180 AND 180",
		}),
	}
}
