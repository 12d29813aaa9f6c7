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

// Deadline is a day in an application's life that somebody must not miss (column group
// SUMMARY). Its rows follow from the life and the clocks of the law, see
// domain.Deadlines, and are written in the transaction of each step.
type Deadline struct{ ent.Schema }

// Policy puts deadlines behind the guard.
func (Deadline) Policy() ent.Policy { return guard.Policy{Type: "Deadline"} }

// Mixin gives deadlines their identity.
func (Deadline) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.DeadlinePrefix}} }

// Fields of a deadline.
func (Deadline) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.Enum("kind").GoType(domain.DeadlineKind("")).Immutable(),
		field.Enum("reason").GoType(domain.RemovalReason("")).Optional().Nillable(),
		field.Time("due_on").GoType(domain.Date{}).SchemaType(dateType),
		field.Time("announced_from").GoType(domain.Date{}).SchemaType(dateType),
		field.String("article").MaxLen(200),
		field.Bool("announced").Default(false).Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("Its coming is in the history."),
		field.Bool("passed").Default(false).Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("Its day is in the history."),
	}
}

// Edges of a deadline.
func (Deadline) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("application", Application.Type).Ref("deadlines").Field("application_id").Unique().Required().Immutable(),
	}
}

// Indexes of a deadline: by application, by what it is for who looks for such files, and
// those that a day brings.
func (Deadline) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id", "kind").Unique().StorageKey("deadline_application_kind_key"),
		index.Fields("announced_from").StorageKey("deadline_announced_from_idx").
			Annotations(entsql.IndexWhere("NOT announced")),
		index.Fields("kind", "due_on").StorageKey("deadline_kind_idx"),
		index.Fields("due_on").StorageKey("deadline_due_on_idx").Annotations(entsql.IndexWhere("NOT passed")),
	}
}

// Annotations of a deadline.
func (Deadline) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("deadline"),
		entsql.Checks(map[string]string{"deadline_announced_check": "announced_from <= due_on"}),
	}
}
