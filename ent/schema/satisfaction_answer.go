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

// SatisfactionAnswer is what somebody thinks of an appointment (réponse de satisfaction).
// Nobody knows who: nothing of it leads to an application, and it knows the month alone.
type SatisfactionAnswer struct{ ent.Schema }

// Policy puts answers behind the guard.
func (SatisfactionAnswer) Policy() ent.Policy { return guard.Policy{Type: "SatisfactionAnswer"} }

// Mixin gives answers their identity.
func (SatisfactionAnswer) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.SatisfactionAnswerPrefix}}
}

// Fields of an answer.
func (SatisfactionAnswer) Fields() []ent.Field {
	return []ent.Field{
		field.String("reception_point_id").GoType(domain.ID("")).Immutable(),
		field.Time("month").GoType(domain.Date{}).SchemaType(dateType).Immutable().Comment("Its first day."),
		field.Bytes("hash").MaxLen(32).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("Of the code by which it is given; null once it was."),
		field.Int("overall").Range(1, 5).Optional().Nillable(),
		field.Int("clarity").Range(1, 5).Optional().Nillable(),
		field.Int("waiting").Range(1, 5).Optional().Nillable(),
	}
}

// Edges of an answer.
func (SatisfactionAnswer) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of an answer.
func (SatisfactionAnswer) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("hash").Unique().StorageKey("satisfaction_answer_hash_key"),
		index.Fields("reception_point_id", "month").StorageKey("satisfaction_answer_point_idx"),
	}
}

// Annotations of an answer.
func (SatisfactionAnswer) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entgql.Skip(entgql.SkipAll),
		entsql.Table("satisfaction_answer"),
		entsql.Checks(map[string]string{
			"satisfaction_answer_given_check": "(overall IS NULL) = (hash IS NOT NULL)",
		}),
	}
}
