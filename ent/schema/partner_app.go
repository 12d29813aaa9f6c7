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

// PartnerApp is a program of one organisation that calls the API with a credential
// of its own (application partenaire). Its identifier is its client id.
type PartnerApp struct{ ent.Schema }

// Policy puts apps behind the guard.
func (PartnerApp) Policy() ent.Policy { return guard.Policy{Type: "PartnerApp"} }

// Mixin gives apps their identity.
func (PartnerApp) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.PartnerAppPrefix}} }

// Fields of an app.
func (PartnerApp) Fields() []ent.Field {
	return []ent.Field{
		field.String("organisation_id").GoType(domain.ID("")).Immutable(),
		field.String("name").MaxLen(domain.MaxAppName).
			Annotations(entgql.OrderField("NAME"), entsql.Annotation{Collation: frenchOrder}),
		field.JSON("scopes", []domain.AppScope{}),
		field.Bool("read_only"),
		field.JSON("operations", []string{}).
			Comment("SHA-256 of the documents that the app may send; empty for any."),
		field.JSON("origins", []string{}).
			Comment("Of browsers, exact; empty for none."),
		field.JSON("networks", []string{}).
			Comment("CIDR from which the app calls; empty for anywhere."),
		field.JSON("audiences", []string{}).
			Comment("What the app is called in the tokens of its people."),
		field.JSON("public_keys", []string{}).
			Comment("JWK by which the app may sign its authentication (private_key_jwt)."),
		field.Time("valid_until").GoType(domain.Date{}).SchemaType(dateType),
		field.Time("revoked_at").Optional().Nillable(),
		field.Time("tokens_from").Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("Tokens that were issued before are refused: a secret or a key was withdrawn."),
		field.Time("last_used_at").Optional().Nillable(),
		field.Int("failures").Default(0).NonNegative().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("Failed authentications since failures_since."),
		field.Time("failures_since").Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("locked_until").Optional().Nillable(),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of an app.
func (PartnerApp) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("organisation", Organisation.Type).Field("organisation_id").Unique().Required().Immutable(),
		edge.To("reception_points", ReceptionPoint.Type).
			StorageKey(
				edge.Table("partner_app_reception_point"),
				edge.Columns("partner_app_id", "reception_point_id"),
				edge.Symbols("partner_app_reception_point_app_fkey", "partner_app_reception_point_point_fkey"),
			).
			Annotations(entgql.MapsTo("receptionPoints")),
		edge.To("territory", Commune.Type).
			StorageKey(
				edge.Table("partner_app_commune"),
				edge.Columns("partner_app_id", "commune_id"),
				edge.Symbols("partner_app_commune_app_fkey", "partner_app_commune_commune_fkey"),
			),
		edge.To("secrets", PartnerAppSecret.Type),
	}
}

// Indexes of an app.
func (PartnerApp) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organisation_id", "name", "id").StorageKey("partner_app_organisation_idx"),
	}
}

// Annotations of an app.
func (PartnerApp) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entgql.RelayConnection(),
		entsql.Table("partner_app"),
	}
}

// PartnerAppSecret is a live secret of an app. It is shown once, when it is made;
// what is kept is its hash, and nothing once it is withdrawn.
type PartnerAppSecret struct{ ent.Schema }

// Policy puts secrets behind the guard.
func (PartnerAppSecret) Policy() ent.Policy { return guard.Policy{Type: "PartnerAppSecret"} }

// Mixin gives secrets their identity.
func (PartnerAppSecret) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.PartnerAppSecretPrefix}}
}

// Fields of a secret.
func (PartnerAppSecret) Fields() []ent.Field {
	return []ent.Field{
		field.String("partner_app_id").GoType(domain.ID("")).Immutable(),
		field.Bytes("hash").MaxLen(32).Immutable().Sensitive().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("SHA-256: nobody guesses 256 random bits, however fast the hash."),
		field.Time("made_at").Immutable(),
	}
}

// Edges of a secret.
func (PartnerAppSecret) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("partner_app", PartnerApp.Type).Ref("secrets").Field("partner_app_id").
			Unique().Required().Immutable(),
	}
}

// Indexes of a secret.
func (PartnerAppSecret) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("partner_app_id").StorageKey("partner_app_secret_app_idx"),
	}
}

// Annotations of a secret.
func (PartnerAppSecret) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("partner_app_secret")}
}
