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

// Pair is two members of staff who receive people together at a reception point,
// for a time (binôme): a reception agent and a social worker, as a rule. It gives no
// right.
//
// The same two are never twice a pair of one point at one time: the exclusion
// constraint pair_no_overlap, hand-written in the migrations.
type Pair struct{ ent.Schema }

// Policy puts pairs behind the guard.
func (Pair) Policy() ent.Policy { return guard.Policy{Type: "Pair"} }

// Mixin gives pairs their identity.
func (Pair) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.PairPrefix}} }

// Fields of a pair.
func (Pair) Fields() []ent.Field {
	return []ent.Field{
		field.String("reception_point_id").GoType(domain.ID("")).Immutable(),
		field.String("member_ids").MaxLen(61).Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("The two in a fixed order: a constraint cannot look into a join table."),
		field.String("formed_by_id").GoType(domain.ID("")).Immutable(),
		field.Time("valid_from").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.Time("valid_until").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of a pair.
func (Pair) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Required().Immutable().
			Annotations(entgql.MapsTo("receptionPoint")),
		edge.To("members", Person.Type).
			StorageKey(
				edge.Table("pair_member"),
				edge.Columns("pair_id", "person_id"),
				edge.Symbols("pair_member_pair_fkey", "pair_member_person_fkey"),
			),
		edge.To("formed_by", Person.Type).Field("formed_by_id").Unique().Required().Immutable().
			Annotations(entgql.MapsTo("formedBy")),
	}
}

// Indexes of a pair.
func (Pair) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("reception_point_id", "valid_from").StorageKey("pair_point_idx"),
	}
}

// Annotations of a pair.
func (Pair) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("pair"),
		entsql.Checks(map[string]string{
			"pair_period_check": "valid_until > valid_from",
		}),
	}
}
