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

// Vacancy is a time in which a dwelling is to be let (vacance), from the notice on. Two of
// one dwelling never overlap: the constraint vacancy_no_overlap, hand-written in the
// migrations, leaves out those that were cancelled.
type Vacancy struct{ ent.Schema }

// Policy puts vacancies behind the guard.
func (Vacancy) Policy() ent.Policy { return guard.Policy{Type: "Vacancy"} }

// Mixin gives vacancies their identity.
func (Vacancy) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.VacancyPrefix}} }

// Fields of a vacancy.
func (Vacancy) Fields() []ent.Field {
	return []ent.Field{
		field.String("dwelling_id").GoType(domain.ID("")).Immutable(),
		field.Enum("kind").GoType(domain.VacancyKind("")).Immutable(),
		field.Time("notice_given_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Time("vacant_from").GoType(domain.Date{}).SchemaType(dateType),
		field.Time("available_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Time("closed_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Enum("outcome").GoType(domain.VacancyOutcome("")).Optional().Nillable(),
		field.String("right_id").GoType(domain.ID("")).Optional().Nillable().
			Comment("Under which it is offered; null for what the landlord lets by itself."),
		field.Time("designated_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Time("updated_at"),
		field.String("updated_by_id").GoType(domain.ID("")).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("Null in what a sandbox was given."),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of a vacancy.
func (Vacancy) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("dwelling", Dwelling.Type).Ref("vacancies").Field("dwelling_id").Unique().Required().Immutable(),
		edge.From("right", ReservationRight.Type).Ref("vacancies").Field("right_id").Unique(),
		edge.To("updated_by", Person.Type).Field("updated_by_id").Unique().Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a vacancy.
func (Vacancy) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("dwelling_id", "vacant_from").StorageKey("vacancy_dwelling_idx"),
		index.Fields("right_id", "designated_on").StorageKey("vacancy_right_idx"),
		index.Fields("vacant_from", "dwelling_id").StorageKey("vacancy_open_idx").
			Annotations(entsql.IndexWhere("closed_on IS NULL")),
	}
}

// Annotations of a vacancy.
func (Vacancy) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("vacancy"),
		entsql.Checks(map[string]string{
			"vacancy_closed_check":     "(closed_on IS NULL) = (outcome IS NULL)",
			"vacancy_order_check":      "outcome = 'CANCELLED' OR closed_on >= vacant_from",
			"vacancy_available_check":  "available_on >= vacant_from",
			"vacancy_designated_check": "(right_id IS NULL) = (designated_on IS NULL)",
		}),
	}
}
