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

// ProposedChange is a correction that an agent who received the applicant took down, for
// the point that follows, or the applicant, to accept (column groups SUMMARY, FILE and
// CONTACT at once: it is shown to who sees them all).
type ProposedChange struct{ ent.Schema }

// Policy puts proposed changes behind the guard.
func (ProposedChange) Policy() ent.Policy { return guard.Policy{Type: "ProposedChange"} }

// Mixin gives proposed changes their identity.
func (ProposedChange) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.ProposedChangePrefix}}
}

// Fields of a proposed change.
func (ProposedChange) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("reception_point_id").GoType(domain.ID("")).Immutable(),
		field.String("proposed_by_id").GoType(domain.ID("")).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("proposed_on").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.JSON("correction", domain.ApplicationCorrection{}).Immutable().Sensitive().Annotations(entgql.MapsTo("values")),
	}
}

// Edges of a proposed change.
func (ProposedChange) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("application", Application.Type).Ref("proposed_changes").Field("application_id").Unique().Required().Immutable(),
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Required().Immutable().
			Annotations(entgql.MapsTo("receptionPoint")),
		edge.To("proposed_by", Person.Type).Field("proposed_by_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a proposed change. What was accepted or declined is gone: the history and
// the audit trail tell of it.
func (ProposedChange) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id").StorageKey("proposed_change_application_idx"),
	}
}

// Annotations of a proposed change.
func (ProposedChange) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("proposed_change")}
}
