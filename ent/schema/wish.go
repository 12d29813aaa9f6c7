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

// Wish is a commune in which the applicant wishes to live, in its place in the order
// of preference (souhait de localisation).
type Wish struct{ ent.Schema }

// Policy puts wishes behind the guard.
func (Wish) Policy() ent.Policy { return guard.Policy{Type: "Wish"} }

// Mixin gives wishes their identity.
func (Wish) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.WishPrefix}} }

// Fields of a wish.
func (Wish) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("commune_id").GoType(domain.ID("")).Immutable(),
		field.Int("rank").Positive(),
	}
}

// Edges of a wish.
func (Wish) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("application", Application.Type).Ref("wishes").Field("application_id").Unique().Required().Immutable(),
		edge.To("commune", Commune.Type).Field("commune_id").Unique().Required().Immutable(),
	}
}

// Indexes of a wish.
func (Wish) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id", "commune_id").Unique().StorageKey("wish_application_commune_key"),
		index.Fields("commune_id", "application_id").StorageKey("wish_commune_idx"),
	}
}

// Annotations of a wish.
func (Wish) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("wish"),
		entsql.Checks(map[string]string{"wish_rank_check": "rank BETWEEN 1 AND 10"}),
	}
}
