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

// ErasedNumber recognises the number of an application that was erased, without being it:
// what the national registry sends again is not made again. The application may be one
// that this database never had: a backup was older, and the ledger of erasures told of it.
type ErasedNumber struct{ ent.Schema }

// Policy puts erased numbers behind the guard.
func (ErasedNumber) Policy() ent.Policy { return guard.Policy{Type: "ErasedNumber"} }

// Mixin gives erased numbers their identity.
func (ErasedNumber) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.ErasedNumberPrefix}}
}

// Fields of an erased number.
func (ErasedNumber) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.Bytes("digest").MaxLen(32).Immutable().
			Comment("The number as a keyed hash: the keys are not in the database."),
		field.Time("erased_on").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.Enum("removed_for").GoType(domain.RemovalReason("")).Optional().Nillable().Immutable(),
	}
}

// Indexes of an erased number.
func (ErasedNumber) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id").Unique().StorageKey("erased_number_application_key"),
		index.Fields("digest").StorageKey("erased_number_digest_idx"),
	}
}

// Annotations of an erased number. It is no part of the contract.
func (ErasedNumber) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("erased_number"), entgql.Skip(entgql.SkipAll)}
}
