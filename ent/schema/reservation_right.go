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

// ReservationRight is a right of an organisation over the dwellings of a landlord (droit de
// réservation): over a share of what becomes vacant, or over named ones. It holds once both
// have confirmed it.
type ReservationRight struct{ ent.Schema }

// Policy puts rights behind the guard.
func (ReservationRight) Policy() ent.Policy { return guard.Policy{Type: "ReservationRight"} }

// Mixin gives rights their identity.
func (ReservationRight) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.ReservationRightPrefix}}
}

// Fields of a right. Who confirmed is one person for each of the two.
func (ReservationRight) Fields() []ent.Field {
	return []ent.Field{
		field.String("landlord_id").GoType(domain.ID("")).Immutable(),
		field.String("reservataire_id").GoType(domain.ID("")).Immutable(),
		field.Enum("mode").GoType(domain.ReservationMode("")).Immutable(),
		field.Int("share").Optional().Nillable().Immutable().
			Comment("Of the flow, in thousandths."),
		field.Enum("sub_contingent").GoType(domain.SubContingent("")).Optional().Nillable().Immutable(),
		field.String("agreement").MaxLen(domain.MaxAgreementReference).Immutable(),
		field.Time("valid_from").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.Time("valid_until").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Enum("state").GoType(domain.ReservationState("")).Default(string(domain.ReservationProposed)),
		field.String("landlord_confirmed_by_id").GoType(domain.ID("")).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("landlord_confirmed_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.String("reservataire_confirmed_by_id").GoType(domain.ID("")).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("reservataire_confirmed_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of a right.
func (ReservationRight) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("landlord", Organisation.Type).Field("landlord_id").Unique().Required().Immutable(),
		edge.To("reservataire", Organisation.Type).Field("reservataire_id").Unique().Required().Immutable(),
		edge.To("landlord_confirmed_by", Person.Type).Field("landlord_confirmed_by_id").Unique().Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("reservataire_confirmed_by", Person.Type).Field("reservataire_confirmed_by_id").Unique().Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("dwellings", Dwelling.Type).StorageKey(edge.Table("reservation_right_dwelling"), edge.Columns("reservation_right_id", "dwelling_id")),
		edge.To("vacancies", Vacancy.Type).Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a right.
func (ReservationRight) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("landlord_id", "valid_from").StorageKey("reservation_right_landlord_idx"),
		index.Fields("reservataire_id", "valid_from").StorageKey("reservation_right_reservataire_idx"),
	}
}

// Annotations of a right.
func (ReservationRight) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("reservation_right"),
		entsql.Checks(map[string]string{
			"reservation_right_parties_check": "landlord_id <> reservataire_id",
			"reservation_right_share_check":   "(share IS NOT NULL) = (mode = 'FLOW') AND share BETWEEN 1 AND 1000",
			"reservation_right_period_check":  "valid_until > valid_from OR state = 'WITHDRAWN'",
			"reservation_right_confirmed_check": "state <> 'CONFIRMED' OR landlord_confirmed_on IS NOT NULL AND reservataire_confirmed_on IS NOT NULL " +
				"AND landlord_confirmed_by_id <> reservataire_confirmed_by_id",
		}),
	}
}
