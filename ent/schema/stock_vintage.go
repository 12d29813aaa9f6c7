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

// StockVintage is one yearly edition of the official stock file (millésime), as
// it was imported. What each edition says row by row is in the table stock_row,
// hand-written in the migrations: the current edition and the one before.
type StockVintage struct{ ent.Schema }

// Policy puts vintages behind the guard.
func (StockVintage) Policy() ent.Policy { return guard.Policy{Type: "StockVintage"} }

// Mixin gives vintages their identity.
func (StockVintage) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.StockVintagePrefix}}
}

// Fields of a vintage.
func (StockVintage) Fields() []ent.Field {
	return []ent.Field{
		field.Time("stated_on").GoType(domain.Date{}).SchemaType(dateType).Immutable().
			Annotations(entgql.OrderField("STATED_ON")).
			Comment("The day whose stock the file states: 1 January, as a rule."),
		field.Bool("current"),
		field.String("source").MaxLen(200),
		field.String("layout").MaxLen(20),
		field.String("territory").MaxLen(200).
			Comment("Which part of the file was imported, in words."),
		field.String("file_sha256").MaxLen(64),
		field.Time("imported_at"),
		field.Int("dwelling_count"),
		field.Int("building_count"),
		field.Int("lines_read"),
		field.Int("lines_rejected"),
		field.String("previous_id").GoType(domain.ID("")).Optional().Nillable(),
		field.JSON("comparison", &domain.StockComparison{}).Optional().
			Comment("Counts of stock_change; absent for the first vintage."),
	}
}

// Edges of a vintage.
func (StockVintage) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("previous", StockVintage.Type).Field("previous_id").Unique(),
		edge.To("changes", StockChange.Type).Annotations(entgql.RelayConnection()),
	}
}

// Indexes of a vintage.
func (StockVintage) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("stated_on").Unique().StorageKey("stock_vintage_stated_on_key"),
		index.Fields("current").Unique().StorageKey("stock_vintage_current_key").
			Annotations(entsql.IndexWhere("current")),
	}
}

// Annotations of a vintage.
func (StockVintage) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entsql.Table("stock_vintage")}
}
