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

// HousedFigures are the tables of a year about the households that were housed, as anyone may
// read them (chiffres publiés des attributions). They are kept as [PublishedFigures] are, and
// apart from them: who was housed is in no table of those who wait, and tables of months
// would tell by their differences of a few people.
type HousedFigures struct{ ent.Schema }

// Policy puts these figures behind the guard.
func (HousedFigures) Policy() ent.Policy { return guard.Policy{Type: "HousedFigures"} }

// Mixin gives these figures their identity.
func (HousedFigures) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.HousedFiguresPrefix}}
}

// Fields of the figures of a year.
func (HousedFigures) Fields() []ent.Field {
	return []ent.Field{
		field.Int("year").Positive().Immutable(),
		field.Time("published_at").Immutable(),
		field.Int("threshold").Positive().Immutable(),
		field.Int("base").Positive().Immutable(),
		field.JSON("tables", []domain.PublishedTable{}).Immutable().
			Comment("In the order of domain.HousedCrossings."),
	}
}

// Indexes of the figures of a year.
func (HousedFigures) Indexes() []ent.Index {
	return []ent.Index{index.Fields("year").Unique().StorageKey("housed_figures_year_key")}
}

// Annotations of the figures of a year.
func (HousedFigures) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Skip(entgql.SkipAll), entsql.Table("housed_figures")}
}
