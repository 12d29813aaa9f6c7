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

// CalendarFeed lets a member of staff read its own appointments with a calendar program
// (flux d'agenda), by a secret of which a hash is kept.
type CalendarFeed struct{ ent.Schema }

// Policy puts feeds behind the guard.
func (CalendarFeed) Policy() ent.Policy { return guard.Policy{Type: "CalendarFeed"} }

// Mixin gives feeds their identity.
func (CalendarFeed) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.CalendarFeedPrefix}}
}

// Fields of a feed.
func (CalendarFeed) Fields() []ent.Field {
	return []ent.Field{
		field.String("person_id").GoType(domain.ID("")).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.String("label").MaxLen(60).Immutable().Comment("What reads it, in the words of its owner."),
		field.Bytes("hash").MaxLen(32).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("opened_at").Immutable(),
		field.Time("expires_at").Immutable(),
	}
}

// Edges of a feed.
func (CalendarFeed) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("person", Person.Type).Field("person_id").Unique().Required().Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a feed.
func (CalendarFeed) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("hash").Unique().StorageKey("calendar_feed_hash_key"),
		index.Fields("person_id").StorageKey("calendar_feed_person_idx"),
	}
}

// Annotations of a feed.
func (CalendarFeed) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("calendar_feed")}
}
