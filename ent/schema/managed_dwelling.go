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

// ManagedDwelling is what the landlord of a dwelling says of it beyond the official file
// (parc géré). It is of the dwelling, whose owner only the Métropole's list tells: it makes no
// dwelling and moves none to another landlord.
type ManagedDwelling struct{ ent.Schema }

// Policy puts what is managed behind the guard.
func (ManagedDwelling) Policy() ent.Policy { return guard.Policy{Type: "ManagedDwelling"} }

// Mixin gives it its identity.
func (ManagedDwelling) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.ManagedDwellingPrefix}}
}

// Fields of a managed dwelling.
func (ManagedDwelling) Fields() []ent.Field {
	return []ent.Field{
		field.String("dwelling_id").GoType(domain.ID("")).Unique().Immutable(),
		field.String("flat_number").GoType(domain.Stated("")).MaxLen(domain.MaxFlatNumber).Default(""),
		field.Int64("rent").GoType(domain.Money(0)).Optional().Nillable(),
		field.Int64("charges").GoType(domain.Money(0)).Optional().Nillable(),
		field.JSON("criteria", domain.DwellingAnswers{}).Default(domain.DwellingAnswers{}).
			Comment("What is known alone, by criterion in the order of the alphabet."),
		field.JSON("works", &domain.DwellingWorks{}).Optional(),
		field.Enum("source").GoType(domain.ManagedSource("")),
		field.Time("updated_at"),
		field.String("updated_by_id").GoType(domain.ID("")).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("Null in what a sandbox was given."),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of a managed dwelling.
func (ManagedDwelling) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("dwelling", Dwelling.Type).Ref("managed").Field("dwelling_id").Unique().Required().Immutable(),
		edge.To("updated_by", Person.Type).Field("updated_by_id").Unique().Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a managed dwelling.
func (ManagedDwelling) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("rent", "id").StorageKey("managed_dwelling_rent_idx"),
		index.Fields("criteria").StorageKey("managed_dwelling_criteria_idx").Annotations(entsql.IndexType("GIN")),
	}
}

// Annotations of a managed dwelling.
func (ManagedDwelling) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("managed_dwelling"),
		entsql.Checks(map[string]string{
			"managed_dwelling_rent_check":    "rent BETWEEN 0 AND 1000000",
			"managed_dwelling_charges_check": "charges BETWEEN 0 AND 1000000",
		}),
	}
}
