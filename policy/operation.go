package policy

import (
	"context"
	"slices"
	"strings"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

// appTypes says which scope an app needs to select something of a type of the
// contract; an empty scope is needed by nobody. Connections and edges go with their
// rows. A type that is not named here is closed to apps: a test names it.
var appTypes = map[string]domain.AppScope{
	"Commune": domain.DirectoryScope, "CommuneOutline": domain.DirectoryScope, "Organisation": domain.DirectoryScope,
	"ReceptionPoint": domain.DirectoryScope, "NearestReceptionPoint": domain.DirectoryScope, "Agreement": domain.DirectoryScope,
	"OpeningHours": domain.DirectoryScope, "OpeningInterval": domain.DirectoryScope, "OpeningDay": domain.DirectoryScope,
	"ServiceCatalogue": domain.DirectoryScope, "ServiceLevel": domain.DirectoryScope, "CatalogueEntry": domain.DirectoryScope,

	"Building": domain.StockScope, "Dwelling": domain.StockScope, "Ownership": domain.StockScope,
	"StockMap": domain.StockScope, "StockSpot": domain.StockScope, "TypologyCount": domain.StockScope,
	"StockVintage": domain.StockScope, "StockComparison": domain.StockScope, "StockTally": domain.StockScope,
	"StockChange": domain.StockScope, "StockDifference": domain.StockScope,
	"ManagedDwelling": domain.StockScope, "DwellingAnswer": domain.StockScope, "DwellingWorks": domain.StockScope,
	"ManagedChange": domain.StockScope, "ManagedDifference": domain.StockScope, "Vacancy": domain.StockScope,
	"ReservationRight": domain.StockScope, "ReservationBalance": domain.StockScope, "BalanceCell": domain.StockScope,

	"StockStatistics": domain.StatisticsScope, "StockCell": domain.StatisticsScope,
	"StockFacet": domain.StatisticsScope, "StockFacetValue": domain.StatisticsScope,

	"PublishedMonth": domain.StatisticsScope, "PublishedFigures": domain.StatisticsScope,
	"PublishedAxis": domain.StatisticsScope, "PublishedCell": domain.StatisticsScope,

	"Tension": domain.StatisticsScope, "TensionCell": domain.StatisticsScope,
	"WaitingFigures": domain.StatisticsScope, "WaitingCount": domain.StatisticsScope,
	"PublishedRents": domain.StatisticsScope, "PublishedRent": domain.StatisticsScope,
	"HousingAdvice": domain.StatisticsScope, "HouseholdCategory": domain.StatisticsScope, "IncomeCeiling": domain.StatisticsScope,
	"Occupancy": domain.StatisticsScope, "TypologyAdvice": domain.StatisticsScope, "CommuneAdvice": domain.StatisticsScope,
	"AccessibilityCount": domain.StatisticsScope, "Broadening": domain.StatisticsScope, "AdviceUnknown": domain.StatisticsScope,

	"ApplicationStatistics": domain.ApplicationsScope, "ApplicationCell": domain.ApplicationsScope,
	"Application": domain.ApplicationsScope, "ApplicationSummary": domain.ApplicationsScope,
	"ApplicationFile": domain.ApplicationsScope, "ApplicationContact": domain.ApplicationsScope,
	"Wish": domain.ApplicationsScope, "HouseholdMember": domain.ApplicationsScope,
	"MemberParticulars": domain.ApplicationsScope, "SensitiveRecord": domain.ApplicationsScope,
	"MailingAddress": domain.ApplicationsScope, "CurrentDwelling": domain.ApplicationsScope, "ValueOrigin": domain.ApplicationsScope,
	"ResourceLine": domain.ApplicationsScope, "CivilStatus": domain.ApplicationsScope, "Work": domain.ApplicationsScope,
	"DisabilityAnnex":  domain.ApplicationsScope,
	"ReceptionContact": domain.ApplicationsScope, "Deadline": domain.ApplicationsScope, "ApplicationEvent": domain.ApplicationsScope,
	"HandOver": domain.ApplicationsScope, "OnlineRegistration": domain.ApplicationsScope, "ProposedChange": domain.ApplicationsScope,
	"FormValue": domain.ApplicationsScope, "Draft": domain.ApplicationsScope, "ApplicationDuplicate": domain.ApplicationsScope,
	"Piece": domain.ApplicationsScope, "PieceFile": domain.ApplicationsScope, "PieceTicket": domain.ApplicationsScope,
	"PieceTransfer": domain.ApplicationsScope,
	"Completeness":  domain.ApplicationsScope, "MissingPiece": domain.ApplicationsScope,
	"Upload": domain.ApplicationsScope, "Deposit": domain.ApplicationsScope,
	"Orientation": domain.ApplicationsScope, "OrientationStep": domain.ApplicationsScope, "RecordedContact": domain.ApplicationsScope,
	"LevelChange": domain.DirectoryScope, "ContributingEmployer": closedToApps,
	"Message": domain.ApplicationsScope, "AppointmentOffer": domain.ApplicationsScope, "CalendarFeed": closedToApps,
	"SatisfactionMonth": domain.StatisticsScope, "MessageCost": closedToApps,
	"Permanence": domain.DirectoryScope, "PermanenceDay": domain.DirectoryScope, "PermanenceRecord": domain.ApplicationsScope,
	"CommuneCoverage": closedToApps, "CoverageWeek": closedToApps,
	"PermanenceProposals": closedToApps, "PermanenceProposal": closedToApps, "ProposalReason": closedToApps,
	"PermanenceGap": closedToApps, "StaffObstacle": closedToApps,

	"AppointmentMotive": domain.DirectoryScope, "Slot": domain.DirectoryScope, "SlotPage": domain.DirectoryScope,
	"Room": domain.ApplicationsScope, "Availability": domain.ApplicationsScope, "OccurrenceChange": domain.ApplicationsScope,
	"Absence": domain.ApplicationsScope, "Appointment": domain.ApplicationsScope, "Participant": domain.ApplicationsScope,
	"Interview": domain.ApplicationsScope, "InterviewNote": domain.ApplicationsScope, "HousingProject": domain.ApplicationsScope,
	"Proposal":   domain.ApplicationsScope,
	"BookedTime": domain.ApplicationsScope, "AppointmentHit": domain.ApplicationsScope, "WaitingPlace": domain.ApplicationsScope,

	"Query": "", "Mutation": "", "Node": "", "PageInfo": "", "CodeList": "", "CodeEntry": "",
	"Viewer": "", "ViewerApp": "", "Right": "", "Assignment": "", "StaffAuthorisation": "", "PartnerApp": "", "PartnerAppSecret": "",
	"AccessExplanation": closedToApps, "GroundExplanation": closedToApps, "AccessLogEntry": domain.ApplicationsScope,
	"AccessExportTicket": closedToApps,
	"Person":             closedToApps, "Pair": closedToApps,
	"UserError": "", "InputError": "", "StaleVersionError": "",
	"ValueConflict": "", "IllegalTransitionError": "", "LevelTooLowError": "", "SlotTakenError": "",
}

// closedToApps is a scope that no app has: these types name people.
const closedToApps domain.AppScope = "NONE"

// ScopeOfType tells which scope an app needs for a type of the contract, and whether
// the type is known at all.
func ScopeOfType(name string) (domain.AppScope, bool) {
	if strings.HasPrefix(name, "__") {
		return "", true // introspection is opened and closed by the server.
	}
	for _, suffix := range []string{"Connection", "Edge", "Payload"} {
		if base, ok := strings.CutSuffix(name, suffix); ok {
			if suffix == "Payload" {
				return "", true // what it carries is a type of its own.
			}
			name = base
			break
		}
	}
	scope, known := appTypes[name]
	return scope, known
}

// SendOperation decides whether the caller may send the operation at all. Only apps
// are limited: what a person may do is decided act by act and row by row.
func SendOperation(ctx context.Context, op domain.Operation) error {
	v := auth.FromContext(ctx)
	if v == nil || v.App == nil {
		return nil
	}
	switch app := v.App; {
	case op.Writes && app.ReadOnly:
		return appMayNot("READ_ONLY", "This app may only read.", "Cette application ne peut que lire.")
	case len(app.Operations) > 0 && !slices.Contains(app.Operations, op.SHA256):
		return appMayNot("OPERATION",
			"This app may send its registered documents alone, byte by byte.",
			"Cette application ne peut envoyer que ses documents enregistrés, octet pour octet.")
	}
	for _, name := range op.Types {
		scope, known := ScopeOfType(name)
		switch {
		case !known, scope == closedToApps:
			return appMayNot("SCOPE", name+" is not for apps.", name+" n'est pas pour les applications.")
		case scope != "" && !v.App.May(scope):
			return appMayNot("SCOPE",
				name+" needs the scope "+string(scope)+", which this app does not have.",
				name+" demande la portée "+string(scope)+", que cette application n'a pas.")
		}
	}
	return nil
}

func appMayNot(reason, en, fr string) error {
	return &domain.Error{Code: domain.Forbidden, Reason: reason, Message: domain.Text{EN: en, FR: fr}}
}
