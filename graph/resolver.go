package graph

import (
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/gen"
	"github.com/guichet-logement/guichet/service"
)

// Resolver resolves the roots of the contract.
type Resolver struct {
	ent     *ent.Client
	service *service.Service
}

// New returns the resolver over the rows and the commands.
func New(client *ent.Client, s *service.Service) *Resolver {
	return &Resolver{ent: client, service: s}
}

var _ gen.ResolverRoot = (*Resolver)(nil)

type (
	queryResolver                struct{ *Resolver }
	mutationResolver             struct{ *Resolver }
	agreementResolver            struct{ *Resolver }
	assignmentResolver           struct{}
	catalogueEntryResolver       struct{}
	openingHoursResolver         struct{}
	receptionPointResolver       struct{ *Resolver }
	partnerAppResolver           struct{}
	partnerAppFilterResolver     struct{}
	viewerResolver               struct{ *Resolver }
	codeEntryResolver            struct{}
	stockStatisticsResolver      struct{ *Resolver }
	stockMapResolver             struct{ *Resolver }
	buildingFilterResolver       struct{}
	communeFilterResolver        struct{}
	dwellingFilterResolver       struct{}
	stockChangeFilterResolver    struct{}
	organisationFilterResolver   struct{}
	receptionPointFilterResolver struct{ *Resolver }
	staffAuthorisationResolver   struct{}
	pairResolver                 struct{}
	personFilterResolver         struct{}
	assignmentFilterResolver     struct{}
	applicationResolver          struct{ *Resolver }
	pieceResolver                struct{}
	applicationFilterResolver    struct{ *Resolver }
	householdMemberResolver      struct{}
	publishedFiguresResolver     struct{}
	tensionResolver              struct{}
	housingAdviceResolver        struct{ *Resolver }
	householdCategoryResolver    struct{}
	typologyAdviceResolver       struct{}
	broadeningResolver           struct{}
	adviceUnknownResolver        struct{}
	deadlineResolver             struct{}
	proposedChangeResolver       struct{}
	orientationResolver          struct{}
	receptionContactResolver     struct{}
	onlineRegistrationResolver   struct{}
	draftResolver                struct{}
	appointmentOfferResolver     struct{}
	levelTooLowErrorResolver     struct{ *Resolver }
	interviewResolver            struct{}
	proposalResolver             struct{}
	permanenceResolver           struct{}
	permanenceProposalResolver   struct{ *Resolver }
	appointmentResolver          struct{}
	appointmentMotiveResolver    struct{}
	availabilityResolver         struct{}
	bookedTimeResolver           struct{}
	slotPageResolver             struct{ *Resolver }
	managedDwellingResolver      struct{}
	managedChangeResolver        struct{}
)

// Query resolves what can be read.
func (r *Resolver) Query() gen.QueryResolver { return queryResolver{r} }

// Mutation resolves what can be done.
func (r *Resolver) Mutation() gen.MutationResolver { return mutationResolver{r} }

// Agreement resolves the computed fields of agreements.
func (r *Resolver) Agreement() gen.AgreementResolver { return agreementResolver{r} }

// Assignment resolves the computed fields of assignments.
func (r *Resolver) Assignment() gen.AssignmentResolver { return assignmentResolver{} }

// CatalogueEntry resolves the computed fields of the catalogue.
func (r *Resolver) CatalogueEntry() gen.CatalogueEntryResolver { return catalogueEntryResolver{} }

// OpeningHours resolves the computed fields of opening hours.
func (r *Resolver) OpeningHours() gen.OpeningHoursResolver { return openingHoursResolver{} }

// ReceptionPoint resolves the computed fields of reception points.
func (r *Resolver) ReceptionPoint() gen.ReceptionPointResolver { return receptionPointResolver{r} }

// PartnerApp resolves the computed fields of partner apps.
func (r *Resolver) PartnerApp() gen.PartnerAppResolver { return partnerAppResolver{} }

// PartnerAppFilter resolves the filters of partner apps that are not columns.
func (r *Resolver) PartnerAppFilter() gen.PartnerAppFilterResolver { return partnerAppFilterResolver{} }

// Viewer resolves the computed fields of the viewer.
func (r *Resolver) Viewer() gen.ViewerResolver { return viewerResolver{r} }

// CommuneFilter resolves the filters of communes that are not columns.
func (r *Resolver) CommuneFilter() gen.CommuneFilterResolver { return communeFilterResolver{} }

// OrganisationFilter resolves the filters of organisations that are not columns.
func (r *Resolver) OrganisationFilter() gen.OrganisationFilterResolver {
	return organisationFilterResolver{}
}

// ReceptionPointFilter resolves the filters of reception points that are not columns.
func (r *Resolver) ReceptionPointFilter() gen.ReceptionPointFilterResolver {
	return receptionPointFilterResolver{r}
}

// CodeEntry resolves the computed fields of code lists.
func (r *Resolver) CodeEntry() gen.CodeEntryResolver { return codeEntryResolver{} }

// StockStatistics resolves the computed fields of tables of the stock.
func (r *Resolver) StockStatistics() gen.StockStatisticsResolver { return stockStatisticsResolver{r} }

// StockMap resolves the computed fields of maps of the stock.
func (r *Resolver) StockMap() gen.StockMapResolver { return stockMapResolver{r} }

// BuildingFilter resolves the filters of buildings that are not columns.
func (r *Resolver) BuildingFilter() gen.BuildingFilterResolver { return buildingFilterResolver{} }

// DwellingFilter resolves the filters of dwellings that are not columns.
func (r *Resolver) DwellingFilter() gen.DwellingFilterResolver { return dwellingFilterResolver{} }

// StockChangeFilter resolves the filters of changes that are not columns.
func (r *Resolver) StockChangeFilter() gen.StockChangeFilterResolver {
	return stockChangeFilterResolver{}
}

// StaffAuthorisation resolves the computed fields of authorisations.
func (r *Resolver) StaffAuthorisation() gen.StaffAuthorisationResolver {
	return staffAuthorisationResolver{}
}

// Pair resolves the computed fields of pairs.
func (r *Resolver) Pair() gen.PairResolver { return pairResolver{} }

// PersonFilter resolves the filters of people that are not columns.
func (r *Resolver) PersonFilter() gen.PersonFilterResolver { return personFilterResolver{} }

// AssignmentFilter resolves the filters of assignments that are not columns.
func (r *Resolver) AssignmentFilter() gen.AssignmentFilterResolver { return assignmentFilterResolver{} }

// Application resolves the computed fields of applications.
func (r *Resolver) Application() gen.ApplicationResolver { return applicationResolver{r} }

// Piece resolves the computed fields of pieces.
func (r *Resolver) Piece() gen.PieceResolver { return pieceResolver{} }

// ApplicationFilter resolves the filters of applications.
func (r *Resolver) ApplicationFilter() gen.ApplicationFilterResolver {
	return applicationFilterResolver{r}
}

// HouseholdMember resolves the computed fields of members of households.
func (r *Resolver) HouseholdMember() gen.HouseholdMemberResolver { return householdMemberResolver{} }

// PublishedFigures resolves the computed fields of published figures.
func (r *Resolver) PublishedFigures() gen.PublishedFiguresResolver { return publishedFiguresResolver{} }

// Tension resolves the computed fields of a tension.
func (r *Resolver) Tension() gen.TensionResolver { return tensionResolver{} }

// HousingAdvice resolves the computed fields of an advice.
func (r *Resolver) HousingAdvice() gen.HousingAdviceResolver { return housingAdviceResolver{r} }

// HouseholdCategory resolves the words of a category.
func (r *Resolver) HouseholdCategory() gen.HouseholdCategoryResolver {
	return householdCategoryResolver{}
}

// TypologyAdvice resolves the words of what is said of a typology.
func (r *Resolver) TypologyAdvice() gen.TypologyAdviceResolver { return typologyAdviceResolver{} }

// Broadening resolves the words of what would change.
func (r *Resolver) Broadening() gen.BroadeningResolver { return broadeningResolver{} }

// AdviceUnknown resolves the words of what is not known.
func (r *Resolver) AdviceUnknown() gen.AdviceUnknownResolver { return adviceUnknownResolver{} }

// Deadline resolves the computed fields of deadlines.
func (r *Resolver) Deadline() gen.DeadlineResolver { return deadlineResolver{} }

// Orientation resolves of whom an orientation is, and how it goes.
func (r *Resolver) Orientation() gen.OrientationResolver { return orientationResolver{} }

// ReceptionContact resolves what a contact was about.
func (r *Resolver) ReceptionContact() gen.ReceptionContactResolver { return receptionContactResolver{} }

// ProposedChange resolves the computed fields of proposed changes.
func (r *Resolver) ProposedChange() gen.ProposedChangeResolver { return proposedChangeResolver{} }

// OnlineRegistration resolves what of a registration the viewer may not see.
func (r *Resolver) OnlineRegistration() gen.OnlineRegistrationResolver {
	return onlineRegistrationResolver{}
}

// AppointmentOffer resolves the computed fields of offers of appointments.
func (r *Resolver) AppointmentOffer() gen.AppointmentOfferResolver {
	return appointmentOfferResolver{}
}

// Draft resolves the computed fields of drafts.
func (r *Resolver) Draft() gen.DraftResolver { return draftResolver{} }

// LevelTooLowError resolves where the act could be done instead.
func (r *Resolver) LevelTooLowError() gen.LevelTooLowErrorResolver {
	return levelTooLowErrorResolver{r}
}

// Interview resolves what of an interview the viewer may not see.
func (r *Resolver) Interview() gen.InterviewResolver { return interviewResolver{} }

// Proposal resolves what of a proposal the viewer may not see.
func (r *Resolver) Proposal() gen.ProposalResolver { return proposalResolver{} }

// Permanence resolves what of a permanence is worked out.
func (r *Resolver) Permanence() gen.PermanenceResolver { return permanenceResolver{} }

// PermanenceProposal resolves who is proposed.
func (r *Resolver) PermanenceProposal() gen.PermanenceProposalResolver {
	return permanenceProposalResolver{r}
}

// Appointment resolves what of an appointment the viewer may not see.
func (r *Resolver) Appointment() gen.AppointmentResolver { return appointmentResolver{} }

// AppointmentMotive resolves the computed fields of motives.
func (r *Resolver) AppointmentMotive() gen.AppointmentMotiveResolver {
	return appointmentMotiveResolver{}
}

// Availability resolves what of an availability the viewer may not see.
func (r *Resolver) Availability() gen.AvailabilityResolver { return availabilityResolver{} }

// BookedTime resolves what of booked time the viewer may not see.
func (r *Resolver) BookedTime() gen.BookedTimeResolver { return bookedTimeResolver{} }

// SlotPage resolves the points of a page of slots.
func (r *Resolver) SlotPage() gen.SlotPageResolver { return slotPageResolver{r} }

// ManagedDwelling resolves the computed fields of managed dwellings.
func (r *Resolver) ManagedDwelling() gen.ManagedDwellingResolver { return managedDwellingResolver{} }

// ManagedChange resolves the computed fields of changes of managed dwellings.
func (r *Resolver) ManagedChange() gen.ManagedChangeResolver { return managedChangeResolver{} }
