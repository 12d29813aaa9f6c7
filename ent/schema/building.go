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

// Building is a building of the social rental stock (immeuble), or a house. The
// official file does not number buildings: the identifier derives from commune
// and address, or from the place where the address is missing, and so survives
// from one vintage to the next.
type Building struct{ ent.Schema }

// Policy puts buildings behind the guard.
func (Building) Policy() ent.Policy { return guard.Policy{Type: "Building"} }

// Mixin gives buildings their identity.
func (Building) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.BuildingPrefix}} }

// Fields of a building.
func (Building) Fields() []ent.Field {
	return []ent.Field{
		field.String("insee_code").GoType(domain.InseeCode("")).
			Annotations(entgql.OrderField("COMMUNE")),
		field.String("commune_id").GoType(domain.ID("")).Optional().Nillable().
			Comment("Null outside the communes of the directory."),
		field.String("commune_name").GoType(domain.Stated("")),
		field.String("address").GoType(domain.Stated("")).
			Annotations(entgql.OrderField("ADDRESS")),
		field.String("postal_code").GoType(domain.Stated("")),
		field.Float("latitude").GoType(domain.Latitude(0)).Optional().Nillable(),
		field.Float("longitude").GoType(domain.Longitude(0)).Optional().Nillable(),
		field.Int64("zkey").Optional().Nillable().
			Comment("Where it stands as one number, map_key of the migrations: a tile of a map is one stretch of it."),
		field.String("position_quality").GoType(domain.Stated("")),
		field.String("district_code").GoType(domain.Stated("")).
			Comment("The priority district in which it stands (quartier prioritaire)."),
		field.Int("dwelling_count").
			Annotations(entgql.OrderField("DWELLING_COUNT")),
		field.String("first_vintage_id").GoType(domain.ID("")).Immutable(),
		field.String("last_vintage_id").GoType(domain.ID("")).Optional().Nillable().
			Comment("Null while it is in the vintage in force: most rows then stay as they are from one year to the next."),
	}
}

// Edges of a building.
func (Building) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("commune", Commune.Type).Field("commune_id").Unique(),
		edge.To("dwellings", Dwelling.Type).Annotations(entgql.RelayConnection()),
		edge.To("ownerships", Ownership.Type),
		edge.To("changes", StockChange.Type).Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("first_vintage", StockVintage.Type).Field("first_vintage_id").Unique().Required().Immutable().
			Annotations(entgql.MapsTo("firstVintage")),
		edge.To("last_vintage", StockVintage.Type).Field("last_vintage_id").Unique().
			Annotations(entgql.MapsTo("lastVintage")),
	}
}

// Indexes of a building.
func (Building) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("insee_code", "id").StorageKey("building_commune_idx"),
		index.Fields("insee_code", "address", "id").StorageKey("building_commune_address_idx"),
		index.Fields("address", "id").StorageKey("building_address_idx"),
		index.Fields("dwelling_count", "id").StorageKey("building_dwelling_count_idx"),
		// With what tells a building of the vintage in force: those of a commune are counted in it.
		index.Fields("insee_code", "dwelling_count", "id").StorageKey("building_commune_dwelling_count_idx").
			Annotations(entsql.IncludeColumns("last_vintage_id")),
		index.Fields("latitude", "longitude").StorageKey("building_place_idx"),
		index.Fields("zkey").StorageKey("building_zkey_idx"),
		index.Fields("district_code", "id").StorageKey("building_district_idx"),
		index.Fields("commune_id").StorageKey("building_commune_id_idx"),
		index.Fields("last_vintage_id", "id").StorageKey("building_absent_idx").
			Annotations(entsql.IndexWhere("last_vintage_id IS NOT NULL")),
	}
}

// Annotations of a building.
func (Building) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entgql.RelayConnection(),
		entsql.Table("building"),
		entsql.Checks(map[string]string{
			"building_place_check": "(latitude IS NULL) = (longitude IS NULL)",
			"building_zkey_check":  "(latitude IS NULL) = (zkey IS NULL)",
		}),
	}
}
