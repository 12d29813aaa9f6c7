package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy/guard"
)

// MapFacet counts the dwellings of a building of the vintage in force that are equal on
// every axis that the stock is counted by. A cluster of a map is a sum of such rows over
// one stretch of the index. The imports of the stock and of landlords bring the rows to
// what dwellings say, by map_facets_refresh of the migrations.
//
// Unknown landlords are empty text: rows are compared as wholes.
type MapFacet struct{ ent.Schema }

// Policy puts facets behind the guard.
func (MapFacet) Policy() ent.Policy { return guard.Policy{Type: "MapFacet"} }

// Fields of a facet. Its identifier is a number: nobody outside ever names one.
func (MapFacet) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.Int64("zkey").
			Comment("Where the building stands, as Building.zkey; -1 where nobody knows."),
		field.Float("latitude").GoType(domain.Latitude(0)),
		field.Float("longitude").GoType(domain.Longitude(0)).
			Comment("A rectangle is compared with the place itself, as in lists."),
		field.String("building_id").GoType(domain.ID("")),
		field.String("insee_code").GoType(domain.InseeCode("")),
		field.Enum("typology").GoType(domain.Typology("")),
		field.Int("construction_year").GoType(domain.Year(0)).SchemaType(smallType),
		field.String("financing").GoType(domain.Stated("")),
		field.Enum("energy_class").GoType(domain.EnergyClass("")),
		field.String("construction").GoType(domain.Stated("")),
		field.String("accessibility").GoType(domain.Stated("")),
		field.Enum("priority_district").GoType(domain.TriState("")),
		field.String("landlord_id").GoType(domain.ID("")),
		field.Int32("dwelling_count"),
	}
}

// Indexes of a facet: the stretch of a tile holds all that a cluster needs.
func (MapFacet) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("zkey").StorageKey("map_facet_zkey_idx").
			Annotations(entsql.IncludeColumns("latitude", "longitude", "insee_code", "typology", "construction_year", "financing",
				"energy_class", "construction", "accessibility", "priority_district", "landlord_id", "dwelling_count")),
	}
}

// Annotations of a facet. It is no part of the contract.
func (MapFacet) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Skip(entgql.SkipAll), entsql.Table("map_facet")}
}

// MapVersion is one row with a number that grows with whatever a map shows, by triggers
// of the migrations: what was read under a number holds as long as the number does.
type MapVersion struct{ ent.Schema }

// Policy puts the version behind the guard.
func (MapVersion) Policy() ent.Policy { return guard.Policy{Type: "MapVersion"} }

// Fields of the version.
func (MapVersion) Fields() []ent.Field {
	return []ent.Field{field.Int64("id"), field.Int64("version")}
}

// Annotations of the version. It is no part of the contract.
func (MapVersion) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Skip(entgql.SkipAll), entsql.Table("map_version")}
}
