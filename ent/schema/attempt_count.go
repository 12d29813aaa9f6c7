package schema

import (
	"time"

	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy/guard"
)

// AttemptCount holds the last failures to name an application: of a person, at a
// point, on a number, of an account. All processes count in the one row, which is
// locked while an attempt lasts.
type AttemptCount struct{ ent.Schema }

// Policy puts counts behind the guard.
func (AttemptCount) Policy() ent.Policy { return guard.Policy{Type: "AttemptCount"} }

// Mixin gives counts their identity.
func (AttemptCount) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.AttemptCountPrefix}}
}

// Fields of a count.
func (AttemptCount) Fields() []ent.Field {
	return []ent.Field{
		field.Bytes("counted").MaxLen(32).Immutable().
			Comment("What is counted, as a keyed hash: a number stands here for nobody to read."),
		field.JSON("failures", []time.Time{}).
			Comment("The oldest first, no more of them than a limit looks at."),
		field.Time("touched_at"),
	}
}

// Indexes of a count.
func (AttemptCount) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("counted").Unique().StorageKey("attempt_count_key"),
		index.Fields("touched_at").StorageKey("attempt_count_touched_idx"),
	}
}

// Annotations of a count. It is no part of the contract.
func (AttemptCount) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("attempt_count"), entgql.Skip(entgql.SkipAll)}
}
