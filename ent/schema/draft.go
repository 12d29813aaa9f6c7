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

// Draft is the form of an application before its deposit (brouillon): nothing in it is
// asked for yet, and no table of applications knows it.
type Draft struct{ ent.Schema }

// Policy puts drafts behind the guard.
func (Draft) Policy() ent.Policy { return guard.Policy{Type: "Draft"} }

// Mixin gives drafts their identity.
func (Draft) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.DraftPrefix}} }

// Fields of a draft.
func (Draft) Fields() []ent.Field {
	return []ent.Field{
		field.String("application_id").GoType(domain.ID("")).Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("That which the application will have: the trail tells of both by it."),
		field.String("reception_point_id").GoType(domain.ID("")).Optional().Nillable().Immutable(),
		field.String("person_id").GoType(domain.ID("")).Optional().Nillable().Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("The member of staff who writes it; null where the applicant does."),
		field.String("issuer").MaxLen(300).Default("").Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.String("subject").MaxLen(200).Default("").Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("The account of the portal that writes it."),
		field.JSON("form", domain.ApplicationForm{}).Sensitive().Annotations(entgql.MapsTo("values")),
		field.Time("changed_at"),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of a draft.
func (Draft) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Immutable().
			Annotations(entgql.MapsTo("receptionPoint")),
		edge.To("person", Person.Type).Field("person_id").Unique().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a draft.
func (Draft) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id").Unique().StorageKey("draft_application_key"),
		index.Fields("person_id", "id").StorageKey("draft_person_idx"),
		index.Fields("subject", "issuer", "id").StorageKey("draft_account_idx").Annotations(entsql.IndexWhere("person_id IS NULL")),
	}
}

// Annotations of a draft.
func (Draft) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("draft"),
		entsql.Checks(map[string]string{
			"draft_writer_check": "(person_id IS NULL) = (subject <> '') AND (person_id IS NULL) = (reception_point_id IS NULL)",
		}),
	}
}
