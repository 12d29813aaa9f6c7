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

// AppointmentOffer is an appointment that the service offers by itself to who registers or
// renews (rendez-vous systématique).
type AppointmentOffer struct{ ent.Schema }

// Policy puts offers behind the guard.
func (AppointmentOffer) Policy() ent.Policy { return guard.Policy{Type: "AppointmentOffer"} }

// Mixin gives offers their identity.
func (AppointmentOffer) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.AppointmentOfferPrefix}}
}

// Fields of an offer.
func (AppointmentOffer) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("motive").GoType(domain.MotiveCode("")).MaxLen(40).Immutable(),
		field.Time("offered_on").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.Time("book_by").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.Time("declined_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.String("appointment_id").GoType(domain.ID("")).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Enum("appointment_state").GoType(domain.AppointmentState("")).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("That of the appointment, kept with it: lists ask for it."),
	}
}

// Edges of an offer.
func (AppointmentOffer) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("application", Application.Type).Ref("appointment_offers").Field("application_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("appointment", Appointment.Type).Field("appointment_id").Unique(),
	}
}

// Indexes of an offer: one of a motive is made on a day.
func (AppointmentOffer) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id", "offered_on", "motive").Unique().StorageKey("appointment_offer_application_key"),
		index.Fields("appointment_id").StorageKey("appointment_offer_appointment_idx"),
	}
}

// Annotations of an offer.
func (AppointmentOffer) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("appointment_offer"),
		entsql.Checks(map[string]string{
			"appointment_offer_appointment_check": "(appointment_id IS NULL) = (appointment_state IS NULL)",
		}),
	}
}
