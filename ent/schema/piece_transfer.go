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

// PieceTransfer is the way of a piece to the national digitiser (versement au numériseur
// national). It is written in the transaction in which the piece becomes clean, so that
// neither is there without the other.
type PieceTransfer struct{ ent.Schema }

// Policy puts transfers behind the guard.
func (PieceTransfer) Policy() ent.Policy { return guard.Policy{Type: "PieceTransfer"} }

// Mixin gives transfers their identity.
func (PieceTransfer) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.PieceTransferPrefix}}
}

// Fields of a transfer.
func (PieceTransfer) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("piece_id").GoType(domain.ID("")).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Enum("state").GoType(domain.PieceTransferState("")).Default(string(domain.TransferToSend)),
		field.Enum("rejected_for").GoType(domain.PieceTransferRejection("")).Optional().Nillable(),
		field.Time("due_on").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.Time("sent_at").Optional().Nillable(),
		field.Time("settled_at").Optional().Nillable(),
		field.String("reference").MaxLen(30).Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("By which the digitiser knows it: another one for what is sent after a rejection."),
		field.String("receipt").MaxLen(100).GoType(domain.Stated("")).Default("").Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("What the digitiser gave for it."),
		field.Int("tries").Default(0).NonNegative().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("next_try").Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Edges of a transfer.
func (PieceTransfer) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("piece", Piece.Type).Ref("transfer").Field("piece_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("application", Application.Type).Field("application_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a transfer: those that wait, those that are not in the single file yet, what
// a receipt is of, and those of an application.
func (PieceTransfer) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("id").StorageKey("piece_transfer_waiting_idx").Annotations(entsql.IndexWhere("(state)::text = 'TO_SEND'::text")),
		index.Fields("piece_id", "due_on").StorageKey("piece_transfer_open_idx").Annotations(entsql.IndexWhere("(state)::text <> 'ACKNOWLEDGED'::text")),
		index.Fields("reference").Unique().StorageKey("piece_transfer_reference_key"),
		index.Fields("application_id").StorageKey("piece_transfer_application_idx"),
	}
}

// Annotations of a transfer.
func (PieceTransfer) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("piece_transfer"),
		entsql.Checks(map[string]string{
			"piece_transfer_state_check":    "state IN ('TO_SEND', 'SENT', 'ACKNOWLEDGED', 'REJECTED')",
			"piece_transfer_rejected_check": "(rejected_for IS NULL) = (state <> 'REJECTED')",
			"piece_transfer_sent_check":     "(sent_at IS NULL) = (state = 'TO_SEND')",
			"piece_transfer_settled_check":  "(settled_at IS NULL) = (state IN ('TO_SEND', 'SENT'))",
		}),
	}
}
