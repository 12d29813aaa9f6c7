package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Upload is a file on its way: what was told of it, and which parts of it are stored. It
// is gone once it was deposited, or some time after nothing more came.
type Upload struct{ ent.Schema }

// Policy puts uploads behind the guard.
func (Upload) Policy() ent.Policy { return guard.Policy{Type: "Upload"} }

// Mixin gives uploads their identity.
func (Upload) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.UploadPrefix}} }

// Fields of an upload.
func (Upload) Fields() []ent.Field {
	return []ent.Field{
		field.Bytes("ticket").MaxLen(32).Immutable().
			Comment("A keyed hash: the ticket itself is the caller's."),
		field.Bytes("caller").MaxLen(32).Immutable().
			Comment("A keyed hash of who prepared it, and through which app."),
		field.Int64("size").Positive().Immutable(),
		field.Enum("media_type").GoType(domain.MediaType("")).Immutable(),
		field.String("sha256").MaxLen(64).Immutable(),
		field.Time("expires_at"),
		field.Int64("received").Default(0).NonNegative(),
		field.Strings("parts").Default([]string{}).
			Comment("Their names in the storage, in order. A part is named once it is whole."),
	}
}

// Indexes of an upload.
func (Upload) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("ticket").Unique().StorageKey("upload_ticket_key"),
		index.Fields("caller").StorageKey("upload_caller_idx"),
		index.Fields("expires_at").StorageKey("upload_expires_idx"),
	}
}

// Annotations of an upload. It is no part of the contract.
func (Upload) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entgql.Skip(entgql.SkipAll),
		entsql.Table("upload"),
		entsql.Checks(map[string]string{"upload_received_check": "received <= size"}),
	}
}
