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

// StockChange says how a building differs from one vintage of the stock file to
// the next.
type StockChange struct{ ent.Schema }

// Policy puts changes behind the guard.
func (StockChange) Policy() ent.Policy { return guard.Policy{Type: "StockChange"} }

// Mixin gives changes their identity.
func (StockChange) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.StockChangePrefix}}
}

// Fields of a change.
func (StockChange) Fields() []ent.Field {
	return []ent.Field{
		field.String("vintage_id").GoType(domain.ID("")).Immutable(),
		field.String("building_id").GoType(domain.ID("")).Immutable(),
		field.String("insee_code").GoType(domain.InseeCode("")).Immutable().
			Annotations(entgql.OrderField("COMMUNE")).
			Comment("That of the building, for filters and orders within a vintage."),
		field.Enum("kind").GoType(domain.StockChangeKind("")).Immutable(),
		field.Int("before").Immutable(),
		field.Int("after").Immutable(),
		field.JSON("differences", []*domain.StockDifference{}).Immutable(),
	}
}

// Edges of a change.
func (StockChange) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("vintage", StockVintage.Type).Ref("changes").Field("vintage_id").Unique().Required().Immutable(),
		edge.From("building", Building.Type).Ref("changes").Field("building_id").Unique().Required().Immutable(),
	}
}

// Indexes of a change.
func (StockChange) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("vintage_id", "insee_code", "id").StorageKey("stock_change_commune_idx"),
		index.Fields("vintage_id", "kind", "id").StorageKey("stock_change_kind_idx"),
		index.Fields("building_id").StorageKey("stock_change_building_idx"),
	}
}

// Annotations of a change.
func (StockChange) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entsql.Table("stock_change")}
}
