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

// HouseholdMember is somebody to be housed, without a name (column group FILE): who
// they are is [MemberParticulars].
type HouseholdMember struct{ ent.Schema }

// Policy puts members behind the guard.
func (HouseholdMember) Policy() ent.Policy { return guard.Policy{Type: "HouseholdMember"} }

// Mixin gives members their identity.
func (HouseholdMember) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.HouseholdMemberPrefix}}
}

// Fields of a member.
func (HouseholdMember) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.Int("rank").Positive(),
		field.Enum("link").GoType(domain.HouseholdLink("")),
		field.Time("born_in").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable().
			Annotations(entgql.MapsTo("age")).
			Comment("The first day of the month of birth, which ages are reckoned from: the day is of another group."),
		field.Time("expected_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
	}
}

// Edges of a member.
func (HouseholdMember) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("application", Application.Type).Ref("household").Field("application_id").Unique().Required().Immutable(),
		edge.To("particulars", MemberParticulars.Type).Unique(),
		edge.To("sensitive", SensitiveRecord.Type).Unique(),
	}
}

// Indexes of a member.
func (HouseholdMember) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id", "rank").Unique().StorageKey("household_member_rank_key"),
	}
}

// Annotations of a member.
func (HouseholdMember) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("household_member"),
		entsql.Checks(map[string]string{
			"household_member_rank_check": "rank BETWEEN 1 AND 20",
			"household_member_born_check": "(born_in IS NULL) = (link = 'TO_BE_BORN') AND (expected_on IS NULL) = (link <> 'TO_BE_BORN')",
		}),
	}
}

// MemberParticulars is who a member of a household is (column group CONTACT).
type MemberParticulars struct{ ent.Schema }

// Policy puts particulars behind the guard.
func (MemberParticulars) Policy() ent.Policy { return guard.Policy{Type: "MemberParticulars"} }

// Mixin gives particulars their identity.
func (MemberParticulars) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.MemberParticularsPrefix}}
}

// Fields of particulars.
func (MemberParticulars) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("member_id").GoType(domain.ID("")).Immutable(),
		field.String("given_names").MaxLen(domain.MaxNameLength),
		field.String("birth_name").MaxLen(domain.MaxNameLength),
		field.String("usual_name").MaxLen(domain.MaxNameLength).GoType(domain.Stated("")),
		field.Time("born_on").GoType(domain.Date{}).SchemaType(dateType),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of particulars.
func (MemberParticulars) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("member", HouseholdMember.Type).Ref("particulars").Field("member_id").Unique().Required().Immutable(),
		edge.To("application", Application.Type).Field("application_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of particulars.
func (MemberParticulars) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id").StorageKey("member_particulars_application_idx"),
	}
}

// Annotations of particulars.
func (MemberParticulars) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("member_particulars")}
}
