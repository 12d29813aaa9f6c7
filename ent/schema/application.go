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

// Application is an application for social housing (demande de logement social), and
// of it what every ground opens: number, name, state, validity (column group
// IDENTITY). Each other group is an entity of its own, so that a hidden group is an
// edge that finds nothing.
//
// Who may see one is said by the rows of application_access, hand-written in the
// migrations.
type Application struct{ ent.Schema }

// Policy puts applications behind the guard.
func (Application) Policy() ent.Policy { return guard.Policy{Type: "Application"} }

// Mixin gives applications their identity.
func (Application) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.ApplicationPrefix}}
}

// Fields of an application.
func (Application) Fields() []ent.Field {
	return []ent.Field{
		field.String("unique_number").GoType(domain.UniqueNumber("")).Optional().Nillable(),
		field.Enum("state").GoType(domain.ApplicationState("")).
			Comment("It moves as domain.Life does: the trigger application_life refuses any other step."),
		field.String("given_names").MaxLen(domain.MaxNameLength),
		field.String("birth_name").MaxLen(domain.MaxNameLength).
			Annotations(entgql.OrderField("NAME"), entsql.Annotation{Collation: frenchOrder}),
		field.String("usual_name").MaxLen(domain.MaxNameLength).GoType(domain.Stated("")).
			Comment("Where it is not the birth name; empty otherwise."),
		field.String("name_key").Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("The folded names of the applicant, see domain.NameKey."),
		field.Time("valid_until").GoType(domain.Date{}).SchemaType(dateType),
		field.Time("registered_on").GoType(domain.Date{}).SchemaType(dateType).
			Annotations(entgql.OrderField("REGISTERED_ON")).
			Comment("That of the summary, for the order by date alone: it is of another group."),
		field.Time("removed_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("erased_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable().
			Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("From then on nobody sees it, and nothing personal is left in it."),
		field.Bool("protected").Default(false).Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("Seen by the agents who are named on it, the Métropole's social officers and the applicant alone."),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of an application.
func (Application) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("summary", ApplicationSummary.Type).Unique(),
		edge.To("file", ApplicationFile.Type).Unique(),
		edge.To("contact", ApplicationContact.Type).Unique(),
		edge.To("wishes", Wish.Type),
		edge.To("household", HouseholdMember.Type),
		edge.To("deadlines", Deadline.Type),
		edge.To("history", ApplicationEvent.Type),
		edge.To("proposed_changes", ProposedChange.Type).Annotations(entgql.MapsTo("proposedChanges")),
		edge.To("pieces", Piece.Type),
		edge.To("appointments", Appointment.Type),
		edge.To("interviews", Interview.Type),
		edge.To("proposals", Proposal.Type),
		edge.To("orientations", Orientation.Type),
		edge.To("messages", Message.Type),
		edge.To("appointment_offers", AppointmentOffer.Type).Annotations(entgql.MapsTo("appointmentOffers")),
		edge.To("waiting_places", WaitingPlace.Type).Annotations(entgql.MapsTo("waitingPlaces")),
	}
}

// Indexes of an application. What is searched for by name has none, nor has a telephone: both
// are compared among the files that the caller sees alone, see policy.Named.
func (Application) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("unique_number").Unique().StorageKey("application_unique_number_key"),
		index.Fields("birth_name", "id").StorageKey("application_name_idx"),
		index.Fields("registered_on", "id").StorageKey("application_registered_idx"),
	}
}

// Annotations of an application.
func (Application) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entgql.RelayConnection(),
		entsql.Table("application"),
		entsql.Checks(map[string]string{
			"application_number_check":  "unique_number IS NOT NULL OR state NOT IN ('ACTIVE', 'REMOVED')",
			"application_removed_check": "state = 'ERASED' OR (removed_on IS NOT NULL) = (state = 'REMOVED')",
			"application_state_check":   "(erased_on IS NULL) = (state <> 'ERASED')",
			"application_erased_check":  "erased_on IS NULL OR (name_key = '' AND birth_name = '')",
		}),
	}
}

// ApplicationSummary is the column group SUMMARY: dates, size, what is looked for, who
// follows.
type ApplicationSummary struct{ ent.Schema }

// Policy puts summaries behind the guard.
func (ApplicationSummary) Policy() ent.Policy { return guard.Policy{Type: "ApplicationSummary"} }

// Mixin gives summaries their identity.
func (ApplicationSummary) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.ApplicationSummaryPrefix}}
}

// Fields of a summary.
func (ApplicationSummary) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.Time("registered_on").GoType(domain.Date{}).SchemaType(dateType).
			Comment("The first deposit."),
		field.Time("deposited_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable().Comment("The last deposit; null: the first one."),
		field.Time("numbered_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("valid_from").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)).
			Comment("The deposit or the last renewal; null until it is registered."),
		field.Time("renewed_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Time("rejected_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Enum("rejected_for").GoType(domain.RejectionReason("")).Optional().Nillable(),
		field.Time("warned_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Enum("warned_for").GoType(domain.RemovalReason("")).Optional().Nillable(),
		field.Enum("removed_for").GoType(domain.RemovalReason("")).Optional().Nillable(),
		field.String("merged_into_id").GoType(domain.ID("")).Optional().Nillable(),
		field.Time("merged_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Enum("merged_from").GoType(domain.ApplicationState("")).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.String("split_from_id").GoType(domain.ID("")).Optional().Nillable().
			Comment("The application from which a separated household left."),
		field.Time("acknowledged_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Time("noticed_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Time("personalised_appointment_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable().
			Comment("At a point of level 3."),
		field.Time("single_file_completed_on").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Time("reception_deadline").GoType(domain.Date{}).SchemaType(dateType),
		field.Int("household_size").Positive(),
		field.JSON("typologies", []domain.Typology{}),
		field.Bool("enlarged").Default(false).
			Comment("Whether communes nearby will do (élargissement): it opens nothing to anybody."),
		field.String("category").MaxLen(1).GoType(domain.Stated("")).Default("").
			Comment("A flat, a house or either, by its code."),
		provenance(),
		field.String("following_point_id").GoType(domain.ID("")).Optional().Nillable(),
		field.Time("followed_since").GoType(domain.Date{}).SchemaType(dateType).Optional().Nillable(),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of a summary.
func (ApplicationSummary) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("application", Application.Type).Ref("summary").Field("application_id").Unique().Required().Immutable(),
		edge.To("following_point", ReceptionPoint.Type).Field("following_point_id").Unique().
			Annotations(entgql.MapsTo("followingPoint")),
		edge.To("merged_into", Application.Type).Field("merged_into_id").Unique().Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("split_from", Application.Type).Field("split_from_id").Unique().Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of a summary.
func (ApplicationSummary) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("following_point_id").StorageKey("application_summary_point_idx"),
		index.Fields("merged_into_id").StorageKey("application_summary_merged_idx").
			Annotations(entsql.IndexWhere("merged_into_id IS NOT NULL")),
	}
}

// Annotations of a summary.
func (ApplicationSummary) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("application_summary"),
		entsql.Checks(map[string]string{
			"application_summary_size_check":     "household_size BETWEEN 1 AND 20",
			"application_summary_followed_check": "(following_point_id IS NULL) = (followed_since IS NULL)",
			"application_summary_rejected_check": "(rejected_on IS NULL) = (rejected_for IS NULL)",
			"application_summary_warned_check":   "(warned_on IS NULL) = (warned_for IS NULL)",
			"application_summary_merged_check":   "(merged_on IS NULL) = (merged_from IS NULL)",
		}),
	}
}

// ApplicationFile is the column group FILE, but for the household: incomes, current
// housing, the reasons that tell nothing sensitive.
type ApplicationFile struct{ ent.Schema }

// Policy puts files behind the guard.
func (ApplicationFile) Policy() ent.Policy { return guard.Policy{Type: "ApplicationFile"} }

// Mixin gives files their identity.
func (ApplicationFile) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.ApplicationFilePrefix}}
}

// Fields of a file.
func (ApplicationFile) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.Int("tax_year"),
		field.Int64("tax_income").GoType(domain.Money(0)).
			Comment("Of the whole household (revenu fiscal de référence), in cents."),
		field.Int64("earlier_tax_income").GoType(domain.Money(0)).Optional().Nillable().
			Comment("Of the year before."),
		field.Int64("monthly_resources").GoType(domain.Money(0)).
			Comment("The sum of the members' lines, where there are any."),
		field.Enum("housing").GoType(domain.HousingClass("")),
		field.JSON("reasons", []string{}),
		provenance(),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of a file.
func (ApplicationFile) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("application", Application.Type).Ref("file").Field("application_id").Unique().Required().Immutable(),
	}
}

// Annotations of a file.
func (ApplicationFile) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("application_file")}
}

// ApplicationContact is the column group CONTACT, but for the names of the household.
type ApplicationContact struct{ ent.Schema }

// Policy puts contacts behind the guard.
func (ApplicationContact) Policy() ent.Policy { return guard.Policy{Type: "ApplicationContact"} }

// Mixin gives contacts their identity.
func (ApplicationContact) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.ApplicationContactPrefix}}
}

// Fields of a contact.
func (ApplicationContact) Fields() []ent.Field {
	return []ent.Field{
		applicationID(),
		field.String("address").MaxLen(200),
		field.String("postal_code").MaxLen(5),
		field.String("town").MaxLen(100),
		field.String("care_of").MaxLen(200).GoType(domain.Stated("")).Default(""),
		field.JSON("mailing", &domain.MailingAddress{}).Optional().
			Comment("Where letters go, where that is elsewhere."),
		field.String("phone").GoType(domain.PhoneNumber("")).Optional().Nillable(),
		field.String("second_phone").GoType(domain.PhoneNumber("")).Optional().Nillable(),
		field.String("email").MaxLen(domain.MaxEmailAddress).GoType(domain.EmailAddress("")),
		field.Bool("email_allowed").Default(false),
		field.Bool("text_allowed").Default(false),
		field.String("helping_structure").MaxLen(200).GoType(domain.Stated("")),
		field.String("helping_phone").GoType(domain.PhoneNumber("")).Optional().Nillable(),
		field.String("helping_email").MaxLen(domain.MaxEmailAddress).GoType(domain.EmailAddress("")).Default(""),
		field.JSON("dwelling", &domain.CurrentDwelling{}).Optional(),
		provenance(),
		field.Int("version").Default(1).Positive(),
	}
}

// Edges of a contact.
func (ApplicationContact) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("application", Application.Type).Ref("contact").Field("application_id").Unique().Required().Immutable(),
	}
}

// Annotations of a contact.
func (ApplicationContact) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("application_contact")}
}

// applicationID is on every row of a record, however deep: the scopes look at it
// without a join.
func applicationID() ent.Field {
	return field.String("application_id").GoType(domain.ID("")).Immutable()
}

// provenance says where the values of a group come from that were not in the form of the
// first deposit.
func provenance() ent.Field {
	return field.JSON("provenance", []domain.ValueOrigin{}).Default([]domain.ValueOrigin{}).
		Annotations(entsql.DefaultExpr("'[]'::jsonb"))
}
