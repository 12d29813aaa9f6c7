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

// LockOut counts failed authentications under client ids that nobody has, so that
// they are answered as those that somebody has. Their number is bounded: many ids
// share one row. An app's own failures stand with the app.
type LockOut struct{ ent.Schema }

// Policy puts lock-outs behind the guard.
func (LockOut) Policy() ent.Policy { return guard.Policy{Type: "LockOut"} }

// Mixin gives lock-outs their identity.
func (LockOut) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.LockOutPrefix}} }

// Fields of a lock-out.
func (LockOut) Fields() []ent.Field {
	return []ent.Field{
		field.Int("bucket").NonNegative().Immutable(),
		field.Int("failures").Default(0).NonNegative(),
		field.Time("failures_since").Optional().Nillable(),
		field.Time("locked_until").Optional().Nillable(),
	}
}

// Indexes of a lock-out.
func (LockOut) Indexes() []ent.Index {
	return []ent.Index{index.Fields("bucket").Unique().StorageKey("lock_out_bucket_key")}
}

// Annotations of a lock-out. It is no part of the contract.
func (LockOut) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("lock_out"), entgql.Skip(entgql.SkipAll)}
}

// UsedAssertion remembers a signed authentication of an app (RFC 7523) until it
// expires: the same one is not taken twice, whichever process sees it.
type UsedAssertion struct{ ent.Schema }

// Policy puts used assertions behind the guard.
func (UsedAssertion) Policy() ent.Policy { return guard.Policy{Type: "UsedAssertion"} }

// Mixin gives used assertions their identity.
func (UsedAssertion) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.UsedAssertionPrefix}}
}

// Fields of a used assertion.
func (UsedAssertion) Fields() []ent.Field {
	return []ent.Field{
		field.Bytes("hash").MaxLen(32).Immutable().
			Comment("SHA-256 of the app's identifier and the assertion's own."),
		field.Time("expires_at").Immutable(),
	}
}

// Indexes of a used assertion.
func (UsedAssertion) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("hash").Unique().StorageKey("used_assertion_hash_key"),
		index.Fields("expires_at").StorageKey("used_assertion_expiry_idx"),
	}
}

// Annotations of a used assertion. It is no part of the contract.
func (UsedAssertion) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("used_assertion"), entgql.Skip(entgql.SkipAll)}
}
