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

// MessageCount is how many messages of a kind went out by a channel for a reception point in a
// month, and what they cost (coût des messages). It is counted with the message that is
// settled, knows nobody, and outlives it. Its identifier follows from what it counts.
type MessageCount struct{ ent.Schema }

// Policy puts counts behind the guard.
func (MessageCount) Policy() ent.Policy { return guard.Policy{Type: "MessageCount"} }

// Mixin gives counts their identity.
func (MessageCount) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.MessageCountPrefix}}
}

// Fields of a count.
func (MessageCount) Fields() []ent.Field {
	return []ent.Field{
		field.String("reception_point_id").GoType(domain.ID("")).Optional().Nillable().Immutable().
			Comment("For which it was sent; null for what no point may count."),
		field.Time("month").GoType(domain.Date{}).SchemaType(dateType).Immutable().Comment("Its first day."),
		field.Enum("channel").GoType(domain.MessageChannel("")).Immutable(),
		field.Enum("kind").GoType(domain.MessageKind("")).Immutable(),
		field.Int("messages").Positive(),
		field.Int("units").Positive().Comment("Those that are paid for: mails, and segments of text messages."),
		field.Int("cost").NonNegative().Comment("At the prices of the days, in thousandths of a cent."),
	}
}

// Edges of a count.
func (MessageCount) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a count.
func (MessageCount) Indexes() []ent.Index {
	return []ent.Index{index.Fields("month", "reception_point_id").StorageKey("message_count_month_idx")}
}

// Annotations of a count.
func (MessageCount) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entgql.Skip(entgql.SkipAll),
		entsql.Table("message_count"),
		entsql.Checks(map[string]string{
			"message_count_month_check":    "extract(day FROM month) = 1",
			"message_count_messages_check": "messages > 0 AND units >= messages AND cost >= 0",
		}),
	}
}
