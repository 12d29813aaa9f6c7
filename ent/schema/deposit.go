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

// Deposit is the receipt of a piece, for who gave it in (récépissé de dépôt). It says
// nothing of an application: whether the number of a blind deposit is somebody's is not
// known when it is made.
type Deposit struct{ ent.Schema }

// Policy puts deposits behind the guard.
func (Deposit) Policy() ent.Policy { return guard.Policy{Type: "Deposit"} }

// Mixin gives deposits their identity.
func (Deposit) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.DepositPrefix}} }

// Fields of a deposit.
func (Deposit) Fields() []ent.Field {
	return []ent.Field{
		field.Bytes("caller").MaxLen(32).Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("A keyed hash of who made it, through whatever app."),
		field.String("person_id").GoType(domain.ID("")).Optional().Nillable().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		field.String("kind").GoType(domain.PieceCode("")).MaxLen(40).Immutable(),
		field.String("sha256").MaxLen(64).Immutable(),
		field.Int("pages").Positive().Immutable(),
		field.Time("deposited_at").Immutable(),
		field.String("reception_point_id").GoType(domain.ID("")).Optional().Nillable().Immutable(),
		field.String("unique_number").GoType(domain.UniqueNumber("")).Optional().Nillable().
			Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("Under which a blind one waits; null once it was brought to its application, or to nobody."),
		field.JSON("waiting", &domain.StoredFile{}).Optional().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("The file of a blind one, while it waits."),
	}
}

// Edges of a deposit.
func (Deposit) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Immutable().
			Annotations(entgql.MapsTo("receptionPoint")),
	}
}

// Indexes of a deposit.
func (Deposit) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("caller", "id").StorageKey("deposit_caller_idx"),
		index.Fields("id").StorageKey("deposit_waiting_idx").Annotations(entsql.IndexWhere("unique_number IS NOT NULL")),
	}
}

// Annotations of a deposit.
func (Deposit) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("deposit"),
		entsql.Checks(map[string]string{"deposit_waiting_check": "(unique_number IS NULL) = (waiting IS NULL)"}),
	}
}
