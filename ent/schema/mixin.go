package schema

import (
	"time"

	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"

	"github.com/guichet-logement/guichet/domain"
)

// identity is the only mixin: an identifier that carries its kind, and the
// instant at which the row was recorded (by the database's clock: it says when
// we learnt something, never when it holds).
type identity struct {
	mixin.Schema
	prefix domain.Prefix
}

// Fields of every entity.
func (m identity) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").
			GoType(domain.ID("")).
			MaxLen(30).
			Immutable().
			DefaultFunc(func() domain.ID { return domain.NewID(m.prefix, time.Now()) }),
		field.Time("created_at").
			Immutable().
			Default(time.Now).
			Annotations(entsql.DefaultExpr("CURRENT_TIMESTAMP"), entgql.Skip(entgql.SkipAll)),
	}
}

// The column types that Ent does not choose by itself.
var (
	dateType       = map[string]string{dialect.Postgres: "date"}
	multirangeType = map[string]string{dialect.Postgres: "int4multirange"}
)

// frenchOrder sorts é with e and ç with c, as a directory printed in France does.
const frenchOrder = "fr-x-icu"
