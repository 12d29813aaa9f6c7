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

// Room is where people are received at a reception point (bureau).
type Room struct{ ent.Schema }

// Policy puts rooms behind the guard.
func (Room) Policy() ent.Policy { return guard.Policy{Type: "Room"} }

// Mixin gives rooms their identity.
func (Room) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.RoomPrefix}} }

// Fields of a room.
func (Room) Fields() []ent.Field {
	return []ent.Field{
		field.String("reception_point_id").GoType(domain.ID("")).Immutable(),
		field.String("name").MaxLen(60),
		field.Enum("step_free").GoType(domain.TriState("")).Default(string(domain.NotKnown)),
	}
}

// Edges of a room.
func (Room) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Required().Immutable().
			Annotations(entgql.MapsTo("receptionPoint")),
	}
}

// Indexes of a room.
func (Room) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("reception_point_id", "name").Unique().StorageKey("room_name_key"),
	}
}

// Annotations of a room.
func (Room) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("room")}
}
