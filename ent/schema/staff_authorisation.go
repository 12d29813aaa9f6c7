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

// StaffAuthorisation lets a named person read applications in a role of an
// organisation, for a year at most (habilitation nominative). It holds while the
// person is assigned to that role, and no longer.
//
// Authorisations of one person in one role of one organisation that nobody revoked
// never overlap: the exclusion constraint staff_authorisation_no_overlap,
// hand-written in the migrations.
type StaffAuthorisation struct{ ent.Schema }

// Policy puts authorisations behind the guard.
func (StaffAuthorisation) Policy() ent.Policy { return guard.Policy{Type: "StaffAuthorisation"} }

// Mixin gives authorisations their identity.
func (StaffAuthorisation) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.StaffAuthorisationPrefix}}
}

// Fields of an authorisation.
func (StaffAuthorisation) Fields() []ent.Field {
	return []ent.Field{
		field.String("person_id").GoType(domain.ID("")).Immutable(),
		field.String("organisation_id").GoType(domain.ID("")).Immutable(),
		field.Enum("role").GoType(domain.Role("")).Immutable(),
		field.String("granted_by_id").GoType(domain.ID("")).Immutable(),
		field.Time("granted_on").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.Time("valid_from").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.Time("valid_until").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.Time("revoked_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable().
			Comment("The first day on which it holds no more."),
		field.String("revoked_by_id").GoType(domain.ID("")).Optional().Nillable(),
		field.String("revocation_reason").MaxLen(200).Optional().Nillable(),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of an authorisation.
func (StaffAuthorisation) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("person", Person.Type).Ref("authorisations").Field("person_id").Unique().Required().Immutable(),
		edge.To("organisation", Organisation.Type).Field("organisation_id").Unique().Required().Immutable(),
		edge.To("granted_by", Person.Type).Field("granted_by_id").Unique().Required().Immutable().
			Annotations(entgql.MapsTo("grantedBy")),
		edge.To("revoked_by", Person.Type).Field("revoked_by_id").Unique().
			Annotations(entgql.MapsTo("revokedBy")),
	}
}

// Indexes of an authorisation.
func (StaffAuthorisation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("person_id", "valid_from").StorageKey("staff_authorisation_person_idx"),
		index.Fields("organisation_id", "role", "person_id").StorageKey("staff_authorisation_organisation_idx"),
	}
}

// Annotations of an authorisation.
func (StaffAuthorisation) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("staff_authorisation"),
		entsql.Checks(map[string]string{
			"staff_authorisation_period_check":  "valid_until > valid_from AND valid_until <= valid_from + interval '1 year'",
			"staff_authorisation_role_check":    "role IN ('RECEPTION_AGENT', 'SOCIAL_OFFICER', 'ALLOCATION_OFFICER', 'POINT_MANAGER')",
			"staff_authorisation_self_check":    "granted_by_id <> person_id",
			"staff_authorisation_revoked_check": "(revoked_on IS NULL) = (revocation_reason IS NULL)",
		}),
	}
}
