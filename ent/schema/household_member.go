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
		field.JSON("resources", []domain.ResourceLine{}).Default([]domain.ResourceLine{}).
			Annotations(entsql.DefaultExpr("'[]'::jsonb")).
			Comment("What the person gets in a month; kinds that are sensitive count among the others."),
		field.Int64("maintenance_paid").GoType(domain.Money(0)).Optional().Nillable(),
		provenance(),
	}
}

// Edges of a member.
func (HouseholdMember) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("application", Application.Type).Ref("household").Field("application_id").Unique().Required().Immutable(),
		edge.To("particulars", MemberParticulars.Type).Unique(),
		edge.To("sensitive", SensitiveRecord.Type).Unique(),
		edge.From("pieces", Piece.Type).Ref("members").Annotations(entgql.Skip(entgql.SkipAll)),
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
		field.JSON("civil_status", &domain.CivilStatus{}).Optional().Annotations(entgql.MapsTo("civilStatus")),
		field.JSON("work", &domain.Work{}).Optional(),
		provenance(),
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

// SensitiveRecord is what is sensitive about one person of a household (column group
// SENSITIVE): another adult of the same file does not see it. Most people have none,
// and a member without one is like a member whose record is hidden.
type SensitiveRecord struct{ ent.Schema }

// Policy puts sensitive records behind the guard.
func (SensitiveRecord) Policy() ent.Policy { return guard.Policy{Type: "SensitiveRecord"} }

// Mixin gives sensitive records their identity.
func (SensitiveRecord) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.SensitiveRecordPrefix}}
}

// Fields of a sensitive record.
func (SensitiveRecord) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("member_id").GoType(domain.ID("")).Immutable(),
		field.JSON("reasons", []string{}),
		field.String("housing_mode").MaxLen(10).GoType(domain.Stated("")),
		field.JSON("needs", []string{}).
			Comment("Functional needs in the words of the service: no diagnosis is kept."),
		field.JSON("disability", &domain.DisabilityAnnex{}).Optional().Sensitive().
			Comment("The annex of the form, in its codes."),
		field.JSON("resources", []domain.ResourceLine{}).Default([]domain.ResourceLine{}).
			Annotations(entsql.DefaultExpr("'[]'::jsonb")).
			Comment("Those of a kind that is sensitive."),
		field.String("free_text").MaxLen(domain.MaxFreeText).GoType(domain.Stated("")).Sensitive(),
		field.String("safe_contact").MaxLen(200).GoType(domain.Stated("")).Sensitive(),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of a sensitive record.
func (SensitiveRecord) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("member", HouseholdMember.Type).Ref("sensitive").Field("member_id").Unique().Required().Immutable(),
		edge.To("application", Application.Type).Field("application_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a sensitive record.
func (SensitiveRecord) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id").StorageKey("sensitive_record_application_idx"),
	}
}

// Annotations of a sensitive record.
func (SensitiveRecord) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("sensitive_record")}
}
