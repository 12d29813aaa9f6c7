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

// Person is a member of staff, known under the issuer and subject of a token.
type Person struct{ ent.Schema }

// Policy puts people behind the guard.
func (Person) Policy() ent.Policy { return guard.Policy{Type: "Person"} }

// Mixin gives people their identity.
func (Person) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.PersonPrefix}} }

// Fields of a person.
func (Person) Fields() []ent.Field {
	return []ent.Field{
		field.String("issuer").MaxLen(300).Immutable(),
		field.String("subject").MaxLen(200).Immutable(),
		field.String("given_name").MaxLen(100),
		field.String("family_name").MaxLen(100).
			Annotations(entgql.OrderField("FAMILY_NAME"), entsql.Annotation{Collation: frenchOrder}),
		field.JSON("languages", []domain.LanguageCode{}).Default([]domain.LanguageCode{}).
			Annotations(entsql.DefaultExpr("'[]'::jsonb")).
			Comment("ISO 639-1 codes of those spoken besides French."),
		field.String("organisation_id").GoType(domain.ID("")).Optional().Nillable().Immutable().
			Comment("The organisation that registered the person and answers for it; null where none did."),
	}
}

// Edges of a person.
func (Person) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("assignments", Assignment.Type),
		edge.To("authorisations", StaffAuthorisation.Type),
		edge.From("pairs", Pair.Type).Ref("members"),
		edge.From("appointments", Appointment.Type).Ref("staff").Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("organisation", Organisation.Type).Field("organisation_id").Unique().Immutable(),
	}
}

// Indexes of a person.
func (Person) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("issuer", "subject").Unique().StorageKey("person_issuer_subject_key"),
		index.Fields("family_name", "id").StorageKey("person_name_idx"),
		index.Fields("organisation_id").StorageKey("person_organisation_idx"),
	}
}

// Annotations of a person.
func (Person) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entgql.RelayConnection(),
		entsql.Table("person"),
	}
}
