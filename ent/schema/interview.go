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

// Interview is an interview that was held with an applicant, and the housing project that
// was worked out in it (entretien, projet logement). It is written down once: what is added
// later is an [InterviewNote], which changes nothing of it.
type Interview struct{ ent.Schema }

// Policy puts interviews behind the guard.
func (Interview) Policy() ent.Policy { return guard.Policy{Type: "Interview"} }

// Mixin gives interviews their identity.
func (Interview) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.InterviewPrefix}} }

// Fields of an interview.
func (Interview) Fields() []ent.Field {
	return []ent.Field{
		field.String("application_id").GoType(domain.ID("")).
			Comment("That which it was held for, or the one into which that was merged."),
		field.String("moved_from_id").GoType(domain.ID("")).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("The application that was merged, to which an undone merge gives it back."),
		field.Enum("kind").GoType(domain.InterviewKind("")).Immutable(),
		field.Time("held_on").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.String("held_by_id").GoType(domain.ID("")).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.String("organisation_id").GoType(domain.ID("")).Immutable(),
		field.String("reception_point_id").GoType(domain.ID("")).Optional().Nillable().Immutable(),
		field.String("appointment_id").GoType(domain.ID("")).Optional().Nillable().Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.JSON("project", &domain.HousingProject{}).Optional().Immutable().Sensitive(),
	}
}

// Edges of an interview.
func (Interview) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("application", Application.Type).Ref("interviews").Field("application_id").Unique().Required(),
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Immutable().
			Annotations(entgql.MapsTo("receptionPoint")),
		edge.To("organisation", Organisation.Type).Field("organisation_id").Unique().Required().Immutable(),
		edge.To("held_by", Person.Type).Field("held_by_id").Unique().Required().Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("appointment", Appointment.Type).Field("appointment_id").Unique().Immutable(),
		edge.To("notes", InterviewNote.Type),
	}
}

// Indexes of an interview.
func (Interview) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id", "held_on").StorageKey("interview_application_idx"),
		index.Fields("appointment_id").StorageKey("interview_appointment_idx"),
	}
}

// Annotations of an interview.
func (Interview) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("interview")}
}
