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

// Piece is a supporting document that was given (pièce justificative): its kind and what
// came of it, of the column group DOCUMENTS. Its bytes are [PieceFile], which fewer see.
type Piece struct{ ent.Schema }

// Policy puts pieces behind the guard.
func (Piece) Policy() ent.Policy { return guard.Policy{Type: "Piece"} }

// Mixin gives pieces their identity.
func (Piece) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.PiecePrefix}} }

// Fields of a piece.
func (Piece) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("kind").GoType(domain.PieceCode("")).MaxLen(40).Immutable(),
		field.Bool("sensitive").Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("That of its kind on the day of its deposit: the scopes look at it."),
		field.Enum("state").GoType(domain.PieceState("")).Default(string(domain.PieceDeposited)).
			Comment("EXPIRED follows from the day and is never stored."),
		field.Enum("refused_for").GoType(domain.PieceRefusal("")).Optional().Nillable(),
		field.Time("due_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable().
			Comment("By when another one is asked for."),
		field.Time("issued_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Time("expires_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Enum("scan").GoType(domain.ScanState("")).Default(string(domain.ScanPending)),
		field.Time("deposited_at").Immutable(),
		field.String("deposited_by_id").GoType(domain.ID("")).Optional().Nillable().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("The member of staff; null when the applicant did."),
		field.String("reception_point_id").GoType(domain.ID("")).Optional().Nillable().Immutable(),
	}
}

// Edges of a piece.
func (Piece) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("application", Application.Type).Ref("pieces").Field("application_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("members", HouseholdMember.Type).
			StorageKey(edge.Table("piece_member"), edge.Columns("piece_id", "household_member_id")),
		edge.To("file", PieceFile.Type).Unique(),
		edge.To("transfer", PieceTransfer.Type).Unique(),
		edge.To("deposited_by", Person.Type).Field("deposited_by_id").Unique().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("reception_point", ReceptionPoint.Type).Field("reception_point_id").Unique().Immutable().
			Annotations(entgql.MapsTo("receptionPoint")),
	}
}

// Indexes of a piece.
func (Piece) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id", "id").StorageKey("piece_application_idx"),
		index.Fields("id").StorageKey("piece_pending_idx").Annotations(entsql.IndexWhere("(scan)::text = 'PENDING'::text")),
	}
}

// Annotations of a piece.
func (Piece) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("piece"),
		entsql.Checks(map[string]string{
			"piece_state_check":    "state IN ('DEPOSITED', 'ACCEPTED', 'REFUSED')",
			"piece_refused_check":  "(refused_for IS NULL) = (state <> 'REFUSED')",
			"piece_due_check":      "due_on IS NULL OR state = 'REFUSED'",
			"piece_accepted_check": "state <> 'ACCEPTED' OR scan = 'CLEAN'",
			"piece_infected_check": "scan <> 'INFECTED' OR refused_for = 'INFECTED'",
		}),
	}
}

// PieceFile is what was given as a piece: a file of the storage. An infected one has none.
type PieceFile struct{ ent.Schema }

// Policy puts files behind the guard.
func (PieceFile) Policy() ent.Policy { return guard.Policy{Type: "PieceFile"} }

// Mixin gives files their identity.
func (PieceFile) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.PieceFilePrefix}} }

// Fields of a file.
func (PieceFile) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("piece_id").GoType(domain.ID("")).Immutable(),
		field.String("name").MaxLen(100).Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("In the storage."),
		field.Int("size").Positive().Immutable(),
		field.String("sha256").MaxLen(64).Immutable(),
		field.Enum("media_type").GoType(domain.MediaType("")).Immutable(),
		field.Int("pages").Positive().Immutable(),
	}
}

// Edges of a file.
func (PieceFile) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("piece", Piece.Type).Ref("file").Field("piece_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a file.
func (PieceFile) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("name").Unique().StorageKey("piece_file_name_key"),
	}
}

// Annotations of a file.
func (PieceFile) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("piece_file")}
}
