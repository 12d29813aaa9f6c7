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

// SandboxClock is how far the sandbox's clock was moved from the real one: one
// row, absent in production.
type SandboxClock struct{ ent.Schema }

// Policy puts the clock behind the guard.
func (SandboxClock) Policy() ent.Policy { return guard.Policy{Type: "SandboxClock"} }

// Mixin gives the clock its identity.
func (SandboxClock) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.SandboxClockPrefix}}
}

// Fields of the clock.
func (SandboxClock) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("offset_nanoseconds"),
	}
}

// Annotations of the clock.
func (SandboxClock) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("sandbox_clock"),
		entgql.Skip(entgql.SkipAll),
	}
}
