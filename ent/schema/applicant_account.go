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

// ApplicantAccount binds an account of a portal (issuer and subject of its tokens) to
// one person of an application, for a time. It is what the ground SELF rests on.
type ApplicantAccount struct{ ent.Schema }

// Policy puts accounts behind the guard.
func (ApplicantAccount) Policy() ent.Policy { return guard.Policy{Type: "ApplicantAccount"} }

// Mixin gives accounts their identity.
func (ApplicantAccount) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.ApplicantAccountPrefix}}
}

// Fields of an account.
func (ApplicantAccount) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("member_id").GoType(domain.ID("")).Immutable(),
		field.String("issuer").MaxLen(300).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.String("subject").MaxLen(200).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("bound_at").Immutable(),
		field.Time("unbound_at").Optional().Nillable(),
		field.Time("reopened_at").Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("When an agent named on the protected file let the account see it again; the other adult of a file may be the danger."),
	}
}

// Edges of an account.
func (ApplicantAccount) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("member", HouseholdMember.Type).Field("member_id").Unique().Required().Immutable(),
		edge.To("application", Application.Type).Field("application_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of an account. One account is one person of one application at a time, and
// a person has one account.
func (ApplicantAccount) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("issuer", "subject").Unique().StorageKey("applicant_account_live_key").
			Annotations(entsql.IndexWhere("unbound_at IS NULL")),
		index.Fields("member_id").Unique().StorageKey("applicant_account_member_key").
			Annotations(entsql.IndexWhere("unbound_at IS NULL")),
		index.Fields("application_id").StorageKey("applicant_account_application_idx"),
	}
}

// Annotations of an account.
func (ApplicantAccount) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("applicant_account")}
}
