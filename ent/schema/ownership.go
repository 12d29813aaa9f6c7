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

// Ownership says which landlord holds a building, or which part of it, according
// to a source: the official file does not name landlords.
type Ownership struct{ ent.Schema }

// Policy puts ownerships behind the guard.
func (Ownership) Policy() ent.Policy { return guard.Policy{Type: "Ownership"} }

// Mixin gives ownerships their identity.
func (Ownership) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.OwnershipPrefix}} }

// Fields of an ownership. With neither a share nor floors it is of the whole
// building.
func (Ownership) Fields() []ent.Field {
	return []ent.Field{
		field.String("building_id").GoType(domain.ID("")).Immutable(),
		field.String("landlord_id").GoType(domain.ID("")).Immutable(),
		field.Int("share").Optional().Nillable().
			Comment("In percent of the building."),
		field.JSON("floors", []domain.Floor{}).Optional(),
		field.String("source").MaxLen(120),
		field.Time("stated_on").GoType(domain.Date{}).SchemaType(dateType),
	}
}

// Edges of an ownership.
func (Ownership) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("building", Building.Type).Ref("ownerships").Field("building_id").Unique().Required().Immutable(),
		edge.To("landlord", Organisation.Type).Field("landlord_id").Unique().Required().Immutable(),
	}
}

// Indexes of an ownership.
func (Ownership) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("building_id", "landlord_id").Unique().StorageKey("ownership_building_landlord_key"),
		index.Fields("landlord_id").StorageKey("ownership_landlord_idx"),
	}
}

// Annotations of an ownership.
func (Ownership) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("ownership"),
		entsql.Checks(map[string]string{
			"ownership_part_check":  "share IS NULL OR floors IS NULL",
			"ownership_share_check": "share BETWEEN 1 AND 100",
		}),
	}
}
