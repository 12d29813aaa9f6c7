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

// ApplicationEvent is a step in an application's life, or the coming of a deadline
// (column group SUMMARY). Who did it is in the audit trail.
type ApplicationEvent struct{ ent.Schema }

// Policy puts events behind the guard.
func (ApplicationEvent) Policy() ent.Policy { return guard.Policy{Type: "ApplicationEvent"} }

// Mixin gives events their identity.
func (ApplicationEvent) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.ApplicationEventPrefix}}
}

// Fields of an event.
func (ApplicationEvent) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.Int("position").Positive().Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("Its place among those of the application: several may be of one day."),
		field.Time("happened_on").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.Enum("kind").GoType(domain.ApplicationEventKind("")).Immutable(),
		field.Enum("state").GoType(domain.ApplicationState("")).Immutable().
			Comment("The state that it left the application in."),
		field.String("reason").MaxLen(40).GoType(domain.Stated("")).Immutable(),
		field.Enum("deadline").GoType(domain.DeadlineKind("")).Optional().Nillable().Immutable(),
		field.Time("due_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable().Immutable(),
		field.String("reception_point_id").GoType(domain.ID("")).Optional().Nillable().Immutable(),
	}
}

// Edges of an event.
func (ApplicationEvent) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("application", Application.Type).Ref("history").Field("application_id").Unique().Required().Immutable(),
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Immutable().
			Annotations(entgql.MapsTo("receptionPoint")),
	}
}

// Indexes of an event.
func (ApplicationEvent) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id", "position").Unique().StorageKey("application_event_position_key"),
	}
}

// Annotations of an event.
func (ApplicationEvent) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("application_event"),
		entsql.Checks(map[string]string{"application_event_deadline_check": "(deadline IS NULL) = (due_on IS NULL)"}),
	}
}
