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

// ReceptionContact is somebody who came to a reception point, called or wrote (contact
// au guichet). It names nobody: who it was may not be known, and need not be. The
// application that it was about is for who sees that one's CONTACT.
type ReceptionContact struct{ ent.Schema }

// Policy puts contacts behind the guard.
func (ReceptionContact) Policy() ent.Policy { return guard.Policy{Type: "ReceptionContact"} }

// Mixin gives contacts their identity.
func (ReceptionContact) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.ReceptionContactPrefix}}
}

// Fields of a contact.
func (ReceptionContact) Fields() []ent.Field {
	return []ent.Field{
		field.String("reception_point_id").GoType(domain.ID("")).Immutable(),
		field.String("recorded_by_id").GoType(domain.ID("")).Immutable(),
		field.String("organisation_id").GoType(domain.ID("")).Immutable().
			Comment("For which the agent acted: a point has several operators."),
		field.Enum("channel").GoType(domain.ContactChannel("")).Immutable(),
		field.String("motive").MaxLen(40).GoType(domain.Stated("")).Default("").Immutable(),
		field.String("outcome").MaxLen(40).GoType(domain.Stated("")).Default("").Immutable(),
		field.Int("minutes").Positive().Optional().Nillable().Immutable(),
		field.JSON("languages", []domain.LanguageCode{}).Default([]domain.LanguageCode{}).Immutable().
			Annotations(entsql.DefaultExpr("'[]'::jsonb")),
		field.String("application_id").GoType(domain.ID("")).Optional().Nillable().
			Comment("The application that it was about, where it was about one; it is forgotten with that."),
		field.Time("occurred_at").Immutable(),
		field.Time("recorded_at").Immutable(),
		field.String("client_key").MaxLen(64).Optional().Nillable().Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("By which a device that was offline recognises what it sent before."),
	}
}

// Edges of a contact.
func (ReceptionContact) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Required().Immutable().
			Annotations(entgql.MapsTo("receptionPoint")),
		edge.To("recorded_by", Person.Type).Field("recorded_by_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("organisation", Organisation.Type).Field("organisation_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("application", Application.Type).Field("application_id").Unique(),
	}
}

// Indexes of a contact.
func (ReceptionContact) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("reception_point_id", "recorded_at").StorageKey("reception_contact_point_idx"),
		index.Fields("reception_point_id", "id").StorageKey("reception_contact_list_idx"),
		index.Fields("application_id", "id").StorageKey("reception_contact_application_idx").
			Annotations(entsql.IndexWhere("application_id IS NOT NULL")),
		index.Fields("recorded_by_id", "client_key").Unique().StorageKey("reception_contact_client_key").
			Annotations(entsql.IndexWhere("client_key IS NOT NULL")),
	}
}

// Annotations of a contact.
func (ReceptionContact) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("reception_contact")}
}
