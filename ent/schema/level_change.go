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

// LevelChange is a request that a reception point deliver another level of service, or
// by other means, and the Métropole's answer (demande de changement de niveau).
type LevelChange struct{ ent.Schema }

// Policy puts requests behind the guard.
func (LevelChange) Policy() ent.Policy { return guard.Policy{Type: "LevelChange"} }

// Mixin gives requests their identity.
func (LevelChange) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.LevelChangePrefix}}
}

// Fields of a request.
func (LevelChange) Fields() []ent.Field {
	return []ent.Field{
		field.String("reception_point_id").GoType(domain.ID("")).Immutable(),
		field.Int("level").Immutable(),
		field.Enum("means").GoType(domain.Means("")).Immutable(),
		field.Time("wanted_from").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.String("requested_by_id").GoType(domain.ID("")).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.String("organisation_id").GoType(domain.ID("")).Immutable().
			Comment("For which it was made: a point has several operators."),
		field.Time("requested_on").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.Enum("state").GoType(domain.LevelChangeState("")),
		field.String("answered_by_id").GoType(domain.ID("")).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("answered_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Time("granted_from").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable().
			Comment("From when the new agreement is in force."),
		field.Enum("refused_for").GoType(domain.LevelChangeRefusal("")).Optional().Nillable(),
	}
}

// Edges of a request.
func (LevelChange) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Required().Immutable().
			Annotations(entgql.MapsTo("receptionPoint")),
		edge.To("organisation", Organisation.Type).Field("organisation_id").Unique().Required().Immutable(),
		edge.To("requested_by", Person.Type).Field("requested_by_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("answered_by", Person.Type).Field("answered_by_id").Unique().Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a request. One is open at a time.
func (LevelChange) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("reception_point_id").Unique().StorageKey("level_change_open_key").
			Annotations(entsql.IndexWhere("(state)::text = 'REQUESTED'::text")),
		index.Fields("reception_point_id", "id").StorageKey("level_change_point_idx"),
	}
}

// Annotations of a request.
func (LevelChange) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("level_change"),
		entsql.Checks(map[string]string{
			"level_change_level_check":    "level BETWEEN 1 AND 3",
			"level_change_second_check":   "answered_by_id <> requested_by_id",
			"level_change_answered_check": "(answered_on IS NULL) = (state = 'REQUESTED') AND (answered_on IS NULL) = (answered_by_id IS NULL)",
			"level_change_granted_check":  "(granted_from IS NOT NULL) = (state = 'GRANTED')",
			"level_change_refused_check":  "(refused_for IS NOT NULL) = (state = 'REFUSED')",
		}),
	}
}
