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

// RegistryEvent is something that the national registry is to be told of an application.
// It is written in the transaction of the act, so that neither is there without the other;
// what it says is read when it is sent.
type RegistryEvent struct{ ent.Schema }

// Policy puts events behind the guard.
func (RegistryEvent) Policy() ent.Policy { return guard.Policy{Type: "RegistryEvent"} }

// Mixin gives events their identity.
func (RegistryEvent) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.RegistryEventPrefix}}
}

// Fields of an event.
func (RegistryEvent) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.Enum("kind").GoType(domain.RegistryEventKind("")).Immutable(),
		field.Time("happened_at").Immutable(),
		field.Enum("removed_for").GoType(domain.RemovalReason("")).Optional().Nillable().Immutable(),
		field.Enum("state").GoType(domain.RegistryEventState("")).Default(string(domain.RegistryToSend)),
		field.String("rejected_for").MaxLen(100).GoType(domain.Stated("")).Default("").
			Comment("The code that the registry gave."),
		field.Int("tries").Default(0).NonNegative(),
		field.Time("next_try"),
	}
}

// Edges of an event.
func (RegistryEvent) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("application", Application.Type).Field("application_id").Unique().Required().Immutable(),
	}
}

// Indexes of an event: those that wait, and those of an application.
func (RegistryEvent) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("id").StorageKey("registry_event_waiting_idx").Annotations(entsql.IndexWhere("(state)::text = 'TO_SEND'::text")),
		index.Fields("application_id").StorageKey("registry_event_application_idx"),
	}
}

// Annotations of an event. It is no part of the contract.
func (RegistryEvent) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entgql.Skip(entgql.SkipAll),
		entsql.Table("registry_event"),
		entsql.Checks(map[string]string{
			"registry_event_rejected_check": "(rejected_for = '') = (state <> 'REJECTED')",
			"registry_event_removed_check":  "removed_for IS NULL OR kind = 'RAD'",
		}),
	}
}
