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

// Message is what an applicant is told by mail or text message (message au demandeur). It
// is written in the transaction of what it tells of, and put in words when it is sent: no
// word of it is kept, nor where it went.
type Message struct{ ent.Schema }

// Policy puts messages behind the guard.
func (Message) Policy() ent.Policy { return guard.Policy{Type: "Message"} }

// Mixin gives messages their identity.
func (Message) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.MessagePrefix}} }

// Fields of a message.
func (Message) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.Enum("kind").GoType(domain.MessageKind("")).Immutable(),
		field.Enum("state").GoType(domain.MessageState("")).Default(string(domain.MessageToSend)),
		field.Enum("channel").GoType(domain.MessageChannel("")).Optional().Nillable(),
		field.Bool("sensitive").Default(false).Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("It is about an appointment of a sensitive motive: the scope looks at it."),
		field.String("appointment_id").GoType(domain.ID("")).Optional().Nillable().Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.String("reception_point_id").GoType(domain.ID("")).Optional().Nillable().Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.String("former_contact").MaxLen(domain.MaxEmailAddress).GoType(domain.Stated("")).Default("").Sensitive().
			Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("Where it goes if not to the contact of the day it is sent; empty once it was."),
		field.Time("about").Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("The instant or day that it tells of."),
		field.Time("due_at").Immutable(),
		field.Time("worthless_at").Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("From when on it is of no use."),
		field.Time("settled_at").Optional().Nillable(),
		field.Int("tries").Default(0).NonNegative().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("next_try").Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Edges of a message.
func (Message) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("application", Application.Type).Ref("messages").Field("application_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("appointment", Appointment.Type).Field("appointment_id").Unique().Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a message: those of an application, and those that wait.
func (Message) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id", "due_at").StorageKey("message_application_idx"),
		index.Fields("next_try", "id").StorageKey("message_waiting_idx").Annotations(entsql.IndexWhere("(state)::text = 'TO_SEND'::text")),
	}
}

// Annotations of a message.
func (Message) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("message"),
		entsql.Checks(map[string]string{
			"message_settled_check": "(settled_at IS NULL) = (state = 'TO_SEND')",
			"message_former_check":  "state = 'TO_SEND' OR former_contact = ''",
			"message_channel_check": "channel IS NOT NULL OR state NOT IN ('SENT', 'REFUSED')",
		}),
	}
}
