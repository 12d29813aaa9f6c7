package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy/guard"
)

// PublishedRents are the rents of a month as anyone may read them (loyers publiés). They are
// kept as [PublishedFigures] are, and are all that anybody but a landlord and its partners
// learns of what rents are; see [domain.RentRule].
type PublishedRents struct{ ent.Schema }

// Policy puts published rents behind the guard.
func (PublishedRents) Policy() ent.Policy { return guard.Policy{Type: "PublishedRents"} }

// Mixin gives published rents their identity.
func (PublishedRents) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.PublishedRentsPrefix}}
}

// Fields of published rents.
func (PublishedRents) Fields() []ent.Field {
	return []ent.Field{
		field.Time("month").GoType(domain.Date{}).SchemaType(dateType).Unique().Immutable().
			Comment("Its first day."),
		field.Time("published_at").Immutable(),
		field.Int("threshold").Positive().Immutable(),
		field.Int("landlords").Positive().Immutable(),
		field.Int("share").Positive().Immutable(),
		field.Int("months").Positive().Immutable(),
		field.Int64("base").GoType(domain.Money(0)).Immutable(),
		field.JSON("cells", []*domain.PublishedRent{}).Immutable().
			Comment("By commune and typology, those that are published alone."),
	}
}

// Annotations of published rents.
func (PublishedRents) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entgql.Skip(entgql.SkipAll),
		entsql.Table("published_rents"),
		entsql.Checks(map[string]string{"published_rents_month_check": "extract(day FROM month) = 1"}),
	}
}
