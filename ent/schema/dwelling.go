package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Dwelling is a dwelling of the social rental stock (logement locatif social), as
// the official file describes it. The file does not number dwellings: within a
// building the identifier derives from what distinguishes one, and from its rank
// among equals.
//
// What the file may leave out is stored without NULL, see domain.Stated.
type Dwelling struct{ ent.Schema }

// Policy puts dwellings behind the guard.
func (Dwelling) Policy() ent.Policy { return guard.Policy{Type: "Dwelling"} }

// Mixin gives dwellings their identity.
func (Dwelling) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.DwellingPrefix}} }

// smallType is enough for what a dwelling counts: there are millions of them.
var smallType = map[string]string{dialect.Postgres: "smallint"}

// Fields of a dwelling.
func (Dwelling) Fields() []ent.Field {
	return []ent.Field{
		field.String("building_id").GoType(domain.ID("")).Immutable(),
		field.String("insee_code").GoType(domain.InseeCode("")).
			Annotations(entgql.OrderField("COMMUNE")).
			Comment("That of the building: lists and statistics do without a join."),
		field.Enum("typology").GoType(domain.Typology("")),
		field.Int("rooms").GoType(domain.Rooms(0)).SchemaType(smallType).
			Annotations(entgql.OrderField("ROOMS")),
		field.Float("surface").GoType(domain.Surface(0)).
			Annotations(entgql.OrderField("SURFACE")),
		field.Int("floor").GoType(domain.Floor(0)).SchemaType(smallType).
			Annotations(entgql.OrderField("FLOOR")),
		field.Int("construction_year").GoType(domain.Year(0)).SchemaType(smallType).
			Annotations(entgql.OrderField("CONSTRUCTION_YEAR")),
		field.Int("letting_year").GoType(domain.Year(0)).SchemaType(smallType).
			Annotations(entgql.OrderField("LETTING_YEAR")),
		field.String("financing").GoType(domain.Stated("")),
		field.Enum("energy_class").GoType(domain.EnergyClass("")).
			Annotations(entgql.OrderField("ENERGY_CLASS")),
		field.String("construction").GoType(domain.Stated("")),
		field.String("accessibility").GoType(domain.Stated("")),
		field.Enum("priority_district").GoType(domain.TriState("")),
		field.String("landlord_id").GoType(domain.ID("")).Optional().Nillable(),
		field.String("first_vintage_id").GoType(domain.ID("")).Immutable(),
		field.String("last_vintage_id").GoType(domain.ID("")).Optional().Nillable().
			Comment("Null while it is in the vintage in force: most rows then stay as they are from one year to the next."),
	}
}

// Edges of a dwelling.
func (Dwelling) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("building", Building.Type).Ref("dwellings").Field("building_id").Unique().Required().Immutable(),
		edge.To("landlord", Organisation.Type).Field("landlord_id").Unique(),
		edge.To("first_vintage", StockVintage.Type).Field("first_vintage_id").Unique().Required().Immutable().
			Annotations(entgql.MapsTo("firstVintage")),
		edge.To("last_vintage", StockVintage.Type).Field("last_vintage_id").Unique().
			Annotations(entgql.MapsTo("lastVintage")),
		// What an edition of the file alone had goes with what was said of it.
		edge.To("managed", ManagedDwelling.Type).Unique().Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("managed_changes", ManagedChange.Type).Annotations(entsql.OnDelete(entsql.Cascade), entgql.Skip(entgql.SkipAll)),
		edge.To("vacancies", Vacancy.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.From("reservation_rights", ReservationRight.Type).Ref("dwellings").Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a dwelling: one for each filter and for each order, which end with
// the identifier that pages go by.
func (Dwelling) Indexes() []ent.Index {
	by := func(name string, fields ...string) ent.Index {
		return index.Fields(append(fields, "id")...).StorageKey("dwelling_" + name + "_idx")
	}
	return []ent.Index{
		by("building", "building_id"),
		by("commune", "insee_code"),
		by("commune_typology_surface", "insee_code", "typology", "surface"),
		by("typology", "typology"),
		by("rooms", "rooms"),
		by("surface", "surface"),
		by("floor", "floor"),
		by("construction_year", "construction_year"),
		by("letting_year", "letting_year"),
		by("financing", "financing"),
		by("energy_class", "energy_class"),
		by("construction", "construction"),
		by("accessibility", "accessibility"),
		by("priority_district", "priority_district"),
		by("landlord", "landlord_id"),
		index.Fields("last_vintage_id", "id").StorageKey("dwelling_absent_idx").
			Annotations(entsql.IndexWhere("last_vintage_id IS NOT NULL")),
	}
}

// Annotations of a dwelling.
func (Dwelling) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entsql.Table("dwelling")}
}
