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

// PublishedFigures is one table of a month about applications, as anyone may read it
// (chiffres publiés). It holds what was published and nothing of what it was computed
// from; it is read whole, and so is one value. No column ever changes: what was said of
// a month stays said.
type PublishedFigures struct{ ent.Schema }

// Policy puts published figures behind the guard.
func (PublishedFigures) Policy() ent.Policy { return guard.Policy{Type: "PublishedFigures"} }

// Mixin gives published figures their identity.
func (PublishedFigures) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.PublishedFiguresPrefix}}
}

// Fields of published figures.
func (PublishedFigures) Fields() []ent.Field {
	return []ent.Field{
		field.Time("month").GoType(domain.Date{}).SchemaType(dateType).Immutable().
			Comment("Its first day."),
		field.Enum("crossing").GoType(domain.Crossing("")).Immutable(),
		field.Time("published_at").Immutable(),
		field.Int("threshold").Positive().Immutable(),
		field.Int("base").Positive().Immutable(),
		field.JSON("table", domain.PublishedTable{}).Immutable(),
	}
}

// Indexes of published figures.
func (PublishedFigures) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("month", "crossing").Unique().StorageKey("published_figures_month_crossing_key"),
	}
}

// Annotations of published figures.
func (PublishedFigures) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entgql.Skip(entgql.SkipAll),
		entsql.Table("published_figures"),
		entsql.Checks(map[string]string{"published_figures_month_check": "extract(day FROM month) = 1"}),
	}
}
