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

// Orientation is an applicant who is sent from a reception point to one of level 3, and
// the way back (orientation): once a person of that point has accepted, it sees the
// application, and for some time more when it has reported back. It moves as
// domain.Orientation does: the trigger orientation_step refuses any other step.
type Orientation struct{ ent.Schema }

// Policy puts orientations behind the guard.
func (Orientation) Policy() ent.Policy { return guard.Policy{Type: "Orientation"} }

// Mixin gives orientations their identity.
func (Orientation) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.OrientationPrefix}}
}

// Fields of an orientation.
func (Orientation) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("from_point_id").GoType(domain.ID("")).Immutable(),
		field.String("to_point_id").GoType(domain.ID("")).Immutable(),
		field.String("sent_by_id").GoType(domain.ID("")).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.String("organisation_id").GoType(domain.ID("")).Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("For which it was sent: another one accepts it."),
		field.String("accepted_by_id").GoType(domain.ID("")).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Enum("reason").GoType(domain.OrientationReason("")).Immutable(),
		field.Enum("state").GoType(domain.OrientationState("")),
		field.Time("sent_at").Immutable(),
		field.Time("accepted_at").Optional().Nillable(),
		field.Time("appointment_set_at").Optional().Nillable(),
		field.Time("received_at").Optional().Nillable(),
		field.Time("ended_at").Optional().Nillable(),
		field.Enum("declined_for").GoType(domain.OrientationRefusal("")).Optional().Nillable(),
		field.Enum("outcome").GoType(domain.OrientationOutcome("")).Optional().Nillable(),
		field.Time("due_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable().
			Comment("The last day for the step that it waits for."),
		field.Time("seen_until").Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("Until when the receiving point sees the application, once it is over."),
	}
}

// Edges of an orientation.
func (Orientation) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("application", Application.Type).Ref("orientations").Field("application_id").Unique().Required().Immutable(),
		edge.To("from_point", ReceptionPoint.Type).Field("from_point_id").Unique().Required().Immutable().
			Annotations(entgql.MapsTo("fromPoint")),
		edge.To("to_point", ReceptionPoint.Type).Field("to_point_id").Unique().Required().Immutable().
			Annotations(entgql.MapsTo("toPoint")),
		edge.To("sent_by", Person.Type).Field("sent_by_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("accepted_by", Person.Type).Field("accepted_by_id").Unique().Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of an orientation. Of each point one is open at a time: whether another point
// sent the applicant somewhere is not for this one to know.
func (Orientation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id", "from_point_id").Unique().StorageKey("orientation_open_key").
			Annotations(entsql.IndexWhere("ended_at IS NULL")),
		index.Fields("application_id").StorageKey("orientation_application_idx"),
		index.Fields("from_point_id", "id").StorageKey("orientation_from_point_idx"),
		index.Fields("to_point_id", "id").StorageKey("orientation_to_point_idx"),
	}
}

// Annotations of an orientation.
func (Orientation) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("orientation"),
		entsql.Checks(map[string]string{
			"orientation_points_check":   "from_point_id <> to_point_id",
			"orientation_second_check":   "accepted_by_id <> sent_by_id",
			"orientation_accepted_check": "(accepted_at IS NULL) = (accepted_by_id IS NULL)",
			"orientation_ended_check":    "(ended_at IS NULL) = (state IN ('SENT', 'ACCEPTED', 'APPOINTMENT_SET', 'RECEIVED')) AND (ended_at IS NULL) = (due_on IS NOT NULL)",
			"orientation_seen_check":     "(seen_until IS NOT NULL) = (accepted_at IS NOT NULL AND ended_at IS NOT NULL)",
			"orientation_declined_check": "(declined_for IS NOT NULL) = (state = 'DECLINED')",
			"orientation_outcome_check":  "(outcome IS NOT NULL) = (state = 'REPORTED_BACK')",
		}),
	}
}
