package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Agreement says which level of service a reception point delivers, by whose
// means, and for how long (convention). Two agreements of one point never
// overlap: the exclusion constraint agreement_no_overlap, hand-written in the
// migrations, is the last judge.
type Agreement struct{ ent.Schema }

// Policy puts agreements behind the guard.
func (Agreement) Policy() ent.Policy { return guard.Policy{Type: "Agreement"} }

// Mixin gives agreements their identity.
func (Agreement) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.AgreementPrefix}} }

// Fields of an agreement.
func (Agreement) Fields() []ent.Field {
	return []ent.Field{
		field.String("reception_point_id").GoType(domain.ID("")).Immutable(),
		field.Int("level"),
		field.Enum("means").GoType(domain.Means("")),
		field.Time("valid_from").GoType(domain.Date{}).SchemaType(dateType),
		field.Time("valid_until").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
	}
}

// Edges of an agreement.
func (Agreement) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("reception_point", ReceptionPoint.Type).Ref("agreements").
			Field("reception_point_id").Unique().Required().Immutable(),
	}
}

// Indexes of an agreement.
func (Agreement) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("reception_point_id", "valid_from").Unique().StorageKey("agreement_point_from_key"),
	}
}

// Annotations of an agreement.
func (Agreement) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("agreement"),
		entsql.Checks(map[string]string{
			"agreement_level_check":  "level BETWEEN 1 AND 3",
			"agreement_period_check": "valid_until > valid_from",
		}),
	}
}
