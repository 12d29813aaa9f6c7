package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy/guard"
)

// CatalogueEntry is a service or a mission of the network's one catalogue
// (catalogue des services et missions).
type CatalogueEntry struct{ ent.Schema }

// Policy puts the catalogue behind the guard.
func (CatalogueEntry) Policy() ent.Policy { return guard.Policy{Type: "CatalogueEntry"} }

// Mixin gives entries their identity.
func (CatalogueEntry) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.CatalogueEntryPrefix}}
}

// Fields of an entry.
func (CatalogueEntry) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").MaxLen(60).Immutable(),
		field.Enum("kind").GoType(domain.CatalogueKind("")),
		field.Int("level").Optional().Nillable().
			Comment("The lowest level of service that delivers it; empty for a mission."),
		field.Int("position").NonNegative(),
		field.String("label_fr").MaxLen(200),
		field.String("label_en").MaxLen(200),
	}
}

// Indexes of the catalogue.
func (CatalogueEntry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("code").Unique().StorageKey("catalogue_entry_code_key"),
	}
}

// Annotations of an entry.
func (CatalogueEntry) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("catalogue_entry"),
		entsql.Checks(map[string]string{
			"catalogue_entry_level_check": "level BETWEEN 1 AND 3",
			"catalogue_entry_kind_check":  "(kind = 'SERVICE_TO_APPLICANT') = (level IS NOT NULL)",
		}),
	}
}
