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

// ReceptionGrant says that an agent received an applicant at a point, and was given
// number and birth date: what the ground RECEIVED rests on, for some hours.
type ReceptionGrant struct{ ent.Schema }

// Policy puts grants behind the guard.
func (ReceptionGrant) Policy() ent.Policy { return guard.Policy{Type: "ReceptionGrant"} }

// Mixin gives grants their identity.
func (ReceptionGrant) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.ReceptionGrantPrefix}}
}

// Fields of a grant.
func (ReceptionGrant) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("member_id").GoType(domain.ID("")).Immutable().
			Comment("The adult of the household whose birth date was given."),
		field.String("person_id").GoType(domain.ID("")).Immutable(),
		field.String("reception_point_id").GoType(domain.ID("")).Immutable(),
		field.String("contact_id").GoType(domain.ID("")).Immutable(),
		field.Time("valid_from").Immutable(),
		field.Time("valid_until").Immutable(),
	}
}

// Edges of a grant.
func (ReceptionGrant) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("application", Application.Type).Field("application_id").Unique().Required().Immutable(),
		edge.To("member", HouseholdMember.Type).Field("member_id").Unique().Required().Immutable(),
		edge.To("person", Person.Type).Field("person_id").Unique().Required().Immutable(),
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Required().Immutable(),
		edge.To("contact", ReceptionContact.Type).Field("contact_id").Unique().Required().Immutable(),
	}
}

// Indexes of a grant.
func (ReceptionGrant) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id").StorageKey("reception_grant_application_idx"),
	}
}

// Annotations of a grant. It is no part of the contract.
func (ReceptionGrant) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entgql.Skip(entgql.SkipAll),
		entsql.Table("reception_grant"),
		entsql.Checks(map[string]string{"reception_grant_period_check": "valid_until > valid_from"}),
	}
}
