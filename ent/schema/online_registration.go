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

// OnlineRegistration is an application that its applicant deposited by a portal, in the
// queue that the points of the network share: waiting for one of them, or taken.
type OnlineRegistration struct{ ent.Schema }

// Policy puts online registrations behind the guard.
func (OnlineRegistration) Policy() ent.Policy { return guard.Policy{Type: "OnlineRegistration"} }

// Mixin gives online registrations their identity.
func (OnlineRegistration) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.OnlineRegistrationPrefix}}
}

// Fields of an online registration.
func (OnlineRegistration) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.Time("deposited_on").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.String("reception_point_id").GoType(domain.ID("")).Optional().Nillable(),
		field.String("assignee_id").GoType(domain.ID("")).Optional().Nillable(),
		field.Bool("handled").Default(false).Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("It was registered or rejected: it is in no queue any more."),
	}
}

// Edges of an online registration.
func (OnlineRegistration) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("application", Application.Type).Field("application_id").Unique().Required().Immutable(),
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().
			Annotations(entgql.MapsTo("receptionPoint")),
		edge.To("assignee", Person.Type).Field("assignee_id").Unique(),
	}
}

// Indexes of an online registration.
func (OnlineRegistration) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id").Unique().StorageKey("online_registration_application_key"),
		index.Fields("reception_point_id", "id").StorageKey("online_registration_queue_idx").
			Annotations(entsql.IndexWhere("NOT handled")),
	}
}

// Annotations of an online registration.
func (OnlineRegistration) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("online_registration"),
		entsql.Checks(map[string]string{
			"online_registration_assignee_check": "assignee_id IS NULL OR reception_point_id IS NOT NULL",
		}),
	}
}
