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

// ManagedChange is what changed of a managed dwelling or of its vacancy, at one time. Nobody
// changes or removes one.
type ManagedChange struct{ ent.Schema }

// Policy puts changes behind the guard.
func (ManagedChange) Policy() ent.Policy { return guard.Policy{Type: "ManagedChange"} }

// Mixin gives changes their identity.
func (ManagedChange) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.ManagedChangePrefix}}
}

// Fields of a change.
func (ManagedChange) Fields() []ent.Field {
	return []ent.Field{
		field.String("dwelling_id").GoType(domain.ID("")).Immutable(),
		field.Time("changed_at").Immutable(),
		field.String("changed_by_id").GoType(domain.ID("")).Optional().Nillable().Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("Null in what a sandbox was given."),
		field.Enum("source").GoType(domain.ManagedSource("")).Immutable(),
		field.Int("line").Optional().Nillable().Immutable().
			Comment("That of the file."),
		field.JSON("before", domain.ManagedValues{}).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.JSON("after", domain.ManagedValues{}).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Edges of a change.
func (ManagedChange) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("dwelling", Dwelling.Type).Ref("managed_changes").Field("dwelling_id").Unique().Required().Immutable(),
		edge.To("changed_by", Person.Type).Field("changed_by_id").Unique().Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a change.
func (ManagedChange) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("dwelling_id", "id").StorageKey("managed_change_dwelling_idx"),
	}
}

// Annotations of a change.
func (ManagedChange) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("managed_change")}
}
