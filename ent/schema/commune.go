package schema

import (
	"encoding/json"

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

// Commune is a municipality of the Métropole.
type Commune struct{ ent.Schema }

// Policy puts communes behind the guard.
func (Commune) Policy() ent.Policy { return guard.Policy{Type: "Commune"} }

// Mixin gives communes their identity.
func (Commune) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.CommunePrefix}} }

// Fields of a commune.
func (Commune) Fields() []ent.Field {
	return []ent.Field{
		field.String("insee_code").GoType(domain.InseeCode("")).Immutable().
			Annotations(entgql.OrderField("INSEE_CODE")),
		field.String("name").MaxLen(100).
			Annotations(entgql.OrderField("NAME"), entsql.Annotation{Collation: frenchOrder}),
		field.Strings("postal_codes").
			Comment("Several communes share one postal code: never a key."),
		field.Int("population").NonNegative().
			Annotations(entgql.OrderField("POPULATION")),
		field.String("siren").GoType(domain.Siren("")),
		field.Float("latitude").GoType(domain.Latitude(0)),
		field.Float("longitude").GoType(domain.Longitude(0)),
		field.JSON("boundary", json.RawMessage{}).Optional().
			Comment("A GeoJSON geometry in WGS84."),
	}
}

// Edges of a commune.
func (Commune) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("landlords", Organisation.Type).Ref("territory").Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("reception_points", ReceptionPoint.Type).
			Annotations(entgql.RelayConnection(), entgql.MapsTo("receptionPoints")),
		edge.To("organisations", Organisation.Type).Annotations(entgql.Skip(entgql.SkipAll)),
		edge.From("partner_apps", PartnerApp.Type).Ref("territory").
			Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a commune.
func (Commune) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("insee_code").Unique().StorageKey("commune_insee_code_key"),
		index.Fields("name", "id").StorageKey("commune_name_idx"),
		index.Fields("population", "id").StorageKey("commune_population_idx"),
		index.Fields("postal_codes").StorageKey("commune_postal_codes_idx").
			Annotations(entsql.IndexType("GIN")),
	}
}

// Annotations of a commune.
func (Commune) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entgql.RelayConnection(),
		entsql.Table("commune"),
		entsql.Checks(map[string]string{
			"commune_insee_code_check": "insee_code ~ '^(?:[0-9]{5}|2[AB][0-9]{3})$'",
		}),
	}
}
