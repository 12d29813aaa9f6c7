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
			Comment("Functional needs (annexe handicap): no diagnosis is kept."),
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
