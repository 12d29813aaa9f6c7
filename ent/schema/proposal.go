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

// Proposal is a candidate for a dwelling of a landlord (proposition de logement), what its
// commission decided and what the candidate answers. It moves as domain.Proposal does.
type Proposal struct{ ent.Schema }

// Policy puts proposals behind the guard.
func (Proposal) Policy() ent.Policy { return guard.Policy{Type: "Proposal"} }

// Mixin gives proposals their identity.
func (Proposal) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: domain.ProposalPrefix}} }

// Fields of a proposal.
func (Proposal) Fields() []ent.Field {
	return []ent.Field{
		field.String("application_id").GoType(domain.ID("")).
			Comment("That which was put forward, or the one into which that was merged."),
		field.String("moved_from_id").GoType(domain.ID("")).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("The application that was merged, to which an undone merge gives it back."),
		field.String("dwelling_id").GoType(domain.ID("")).Optional().Nillable().Immutable().
			Comment("Null once an edition of the file that alone had it was taken back."),
		field.String("landlord_id").GoType(domain.ID("")).Immutable().
			Comment("Whose the dwelling was on that day: the proposal stays its own."),
		field.String("reservation_right_id").GoType(domain.ID("")).Optional().Nillable().Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("Under which right; null where the landlord disposes of the dwelling itself."),
		field.String("reservataire_id").GoType(domain.ID("")).Optional().Nillable().Immutable().
			Comment("Whose right it was."),
		field.Bool("designated").Default(false).Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("Whether the holder of the right put the application forward, and not the landlord."),
		field.Enum("state").GoType(domain.ProposalState("")),
		field.Time("put_forward_on").GoType(domain.Date{}).SchemaType(dateType).Immutable(),
		field.String("put_forward_by_id").GoType(domain.ID("")).Optional().Nillable().Immutable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("Null in what a sandbox was given."),
		field.Enum("decision").GoType(domain.CommissionDecision("")).Optional().Nillable(),
		field.Int("rank").Optional().Nillable(),
		field.Time("decided_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Time("answered_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Enum("refused_for").GoType(domain.ProposalRefusal("")).Optional().Nillable(),
		field.Time("withdrawn_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
	}
}

// Edges of a proposal.
func (Proposal) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("application", Application.Type).Ref("proposals").Field("application_id").Unique().Required(),
		edge.To("dwelling", Dwelling.Type).Field("dwelling_id").Unique().Immutable(),
		edge.To("landlord", Organisation.Type).Field("landlord_id").Unique().Required().Immutable(),
		edge.To("reservation_right", ReservationRight.Type).Field("reservation_right_id").Unique().Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("reservataire", Organisation.Type).Field("reservataire_id").Unique().Immutable(),
		edge.To("put_forward_by", Person.Type).Field("put_forward_by_id").Unique().Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a proposal.
func (Proposal) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("application_id", "put_forward_on").StorageKey("proposal_application_idx"),
		index.Fields("dwelling_id").StorageKey("proposal_dwelling_idx"),
		index.Fields("answered_on", "application_id").StorageKey("proposal_refused_idx").
			Annotations(entsql.IndexWhere("refused_for IS NOT NULL")),
	}
}

// Annotations of a proposal.
func (Proposal) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("proposal"),
		entsql.Checks(map[string]string{
			"proposal_right_check":      "reservation_right_id IS NULL OR reservataire_id IS NOT NULL",
			"proposal_designated_check": "NOT designated OR reservataire_id IS NOT NULL",
			"proposal_decision_check":   "(decision IS NULL) = (decided_on IS NULL)",
			"proposal_rank_check":       "(rank IS NOT NULL) = (decision IS NOT NULL AND decision = 'RANKED') AND rank BETWEEN 1 AND 20",
			"proposal_retained_check":   "state NOT IN ('RETAINED', 'NOT_RETAINED', 'ACCEPTED') OR decision IS NOT NULL",
			"proposal_answered_check":   "(answered_on IS NOT NULL) = (state IN ('ACCEPTED', 'REFUSED'))",
			"proposal_refused_check":    "(refused_for IS NOT NULL) = (state = 'REFUSED')",
			"proposal_withdrawn_check":  "(withdrawn_on IS NOT NULL) = (state = 'WITHDRAWN')",
			"proposal_order_check":      "decided_on >= put_forward_on AND answered_on >= put_forward_on",
		}),
	}
}
