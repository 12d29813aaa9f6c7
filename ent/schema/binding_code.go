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

// BindingCode is a code that was handed over at a desk, by which an adult of a
// household binds an account of its portal, once. A new one replaces that of the same
// person.
type BindingCode struct{ ent.Schema }

// Policy puts codes behind the guard.
func (BindingCode) Policy() ent.Policy { return guard.Policy{Type: "BindingCode"} }

// Mixin gives codes their identity.
func (BindingCode) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.BindingCodePrefix}}
}

// Fields of a code.
func (BindingCode) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("member_id").GoType(domain.ID("")).Immutable(),
		field.Bytes("hash").MaxLen(32).Immutable().
			Comment("Keyed: a code is short enough to be found from a plain hash."),
		field.String("issued_by_id").GoType(domain.ID("")).Immutable(),
		field.Time("expires_at").Immutable(),
		field.Int("failures").Default(0).NonNegative(),
	}
}

// Edges of a code.
func (BindingCode) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("application", Application.Type).Field("application_id").Unique().Required().Immutable(),
		edge.To("member", HouseholdMember.Type).Field("member_id").Unique().Required().Immutable(),
		edge.To("issued_by", Person.Type).Field("issued_by_id").Unique().Required().Immutable(),
	}
}

// Indexes of a code.
func (BindingCode) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("member_id").Unique().StorageKey("binding_code_member_key"),
		index.Fields("application_id").StorageKey("binding_code_application_idx"),
	}
}

// Annotations of a code. It is no part of the contract.
func (BindingCode) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Skip(entgql.SkipAll), entsql.Table("binding_code")}
}
