package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy/guard"
)

// ApplicationAccess says that an audience sees an application, why, which column
// groups and between which instants. A row is written in the transaction of what
// creates or ends a ground, and is read by every scope of the record.
type ApplicationAccess struct{ ent.Schema }

// Policy puts accesses behind the guard.
func (ApplicationAccess) Policy() ent.Policy { return guard.Policy{Type: "ApplicationAccess"} }

// Fields of an access. Its identifier is a number: there are a dozen rows for each
// application, and nobody outside ever names one.
func (ApplicationAccess) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		applicationID(),
		field.Int64("audience_id").GoType(domain.AudienceID(0)).Immutable(),
		field.Enum("ground").GoType(domain.Ground("")).Immutable(),
		field.Int("groups").GoType(domain.GroupSet(0)),
		field.Time("valid_from").Optional().Nillable().
			Comment("Null: since ever."),
		field.Time("valid_until").Optional().Nillable().
			Comment("Null: until something ends the ground."),
	}
}

// Indexes of an access: from the application to who sees it and why, and from an audience
// to what it sees, both without a look at the row.
func (ApplicationAccess) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id", "audience_id").Unique().StorageKey("application_access_key").
			Annotations(entsql.IncludeColumns("ground", "groups", "valid_from", "valid_until")),
		index.Fields("audience_id", "application_id").StorageKey("application_access_audience_idx").
			Annotations(entsql.IncludeColumns("groups", "valid_from", "valid_until")),
	}
}

// Annotations of an access.
func (ApplicationAccess) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entgql.Skip(entgql.SkipAll),
		entsql.Table("application_access"),
		entsql.Checks(map[string]string{
			"application_access_period_check": "valid_from IS NULL OR valid_until IS NULL OR valid_until > valid_from",
			"application_access_groups_check": "groups > 0",
		}),
	}
}

// Audience is what a caller can be on a day: a point in a class of roles, a commune's
// allocation officers, one person at one point, an applicant's account. Its identifier
// is the digest of its key, so that a caller's audiences are known without a look
// here; two keys of one digest cannot both be stored.
type Audience struct{ ent.Schema }

// Policy puts audiences behind the guard.
func (Audience) Policy() ent.Policy { return guard.Policy{Type: "Audience"} }

// Fields of an audience.
func (Audience) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").GoType(domain.AudienceID(0)).Immutable(),
		field.String("key").MaxLen(600).Immutable(),
	}
}

// Annotations of an audience.
func (Audience) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Skip(entgql.SkipAll), entsql.Table("audience")}
}
