package policy

import (
	"context"

	"github.com/guichet-logement/guichet/policy/guard"
)

// The system's own grants, by name: what the program does on nobody's behalf.
// Each names the types it may write; all of them read every row.

// RecogniseCaller reads who stands behind a token, before there is a viewer.
func RecogniseCaller(ctx context.Context) context.Context {
	return guard.Grant(ctx, "recognise caller")
}

// SeeStaff decides whether a statement by hand may read members of staff with all that they
// hold: what the program does on nobody's behalf may, or for an act that was decided on.
func SeeStaff(ctx context.Context) error { return guard.Granted(ctx) }

// AuthenticateApp checks how an app proves itself, before there is a viewer, and
// notes how that went and when the app was used.
func AuthenticateApp(ctx context.Context) context.Context {
	return guard.Grant(ctx, "authenticate app", "PartnerApp", "LockOut", "UsedAssertion")
}

// RestoreClock reads where the sandbox's clock was left.
func RestoreClock(ctx context.Context) context.Context {
	return guard.Grant(ctx, "restore clock")
}

// ImportDirectory writes the network from the operator's files.
func ImportDirectory(ctx context.Context) context.Context {
	return guard.Grant(ctx, "import directory",
		"Commune", "Organisation", "ReceptionPoint", "Agreement", "OpeningHours", "CatalogueEntry")
}

// AppointAdministrator writes the first administrators, before there is one.
func AppointAdministrator(ctx context.Context) context.Context {
	return guard.Grant(ctx, "appoint administrator", "Person", "Assignment")
}

// SeedSandbox writes the people and apps of a sandbox and the exceptions to its hours.
func SeedSandbox(ctx context.Context) context.Context {
	return guard.Grant(ctx, "seed sandbox",
		"Person", "Assignment", "StaffAuthorisation", "Pair", "Room", "Availability", "Permanence", "ContributingEmployer", "OpeningHours", "SandboxClock", "PartnerApp", "PartnerAppSecret")
}

// ImportStock writes the stock from the operator's files.
func ImportStock(ctx context.Context) context.Context {
	return guard.Grant(ctx, "import stock", "StockVintage", "StockChange", "Building", "Dwelling", "Ownership")
}

// ReadGrounds reads by which grounds the viewer sees an application, for a decision on
// it.
func ReadGrounds(ctx context.Context) context.Context {
	return guard.Grant(ctx, "read grounds")
}

// CheckAccess reads who sees each application and why.
func CheckAccess(ctx context.Context) context.Context {
	return guard.Grant(ctx, "check access")
}

// RepairAccess makes it again what the facts give.
func RepairAccess(ctx context.Context) context.Context {
	return guard.Grant(ctx, "repair access", "ApplicationAccess", "Audience")
}

// PublishFigures counts applications and reads rents for everybody, and writes what was
// published.
func PublishFigures(ctx context.Context) context.Context {
	return guard.Grant(ctx, "publish figures", "PublishedFigures", "HousedFigures", "PublishedRents")
}

// KeepCalendar announces deadlines, and does on the day what the law does by itself:
// removals and erasures.
func KeepCalendar(ctx context.Context) context.Context {
	return guard.Grant(ctx, "keep the calendar", append([]string{
		"ApplicantAccount", "NamedAgent", "BindingCode", "ReceptionGrant", "ReceptionContact", "EmergencyOpening", "HandOver", "OnlineRegistration",
		"ProposedChange", "Piece", "PieceFile", "PieceTransfer", "ErasedNumber", "Appointment", "BookedTime", "WaitingPlace", "Interview", "InterviewNote", "Proposal", "Deposit", "Message", "AppointmentOffer",
	}, formTypes...)...)
}

// KeepRetention takes away what the table of retention says was kept for long enough,
// and ends what rested on it.
func KeepRetention(ctx context.Context) context.Context {
	return guard.Grant(ctx, "keep retention",
		"ReceptionGrant", "EmergencyOpening", "HandOver", "Orientation", "NamedAgent", "ApplicantAccount", "BindingCode", "OnlineRegistration",
		"RegistryEvent", "Deposit", "ReceptionContact", "AttemptCount", "UsedAssertion", "StaffAuthorisation", "Assignment", "Pair",
		"Availability", "Absence", "ApplicationAccess", "Audience", "Draft", "Message", "CalendarFeed", "SatisfactionAnswer")
}

// KeepWaitingList ends offers that nobody took, and makes the next ones.
func KeepWaitingList(ctx context.Context) context.Context {
	return guard.Grant(ctx, "keep the waiting list", "WaitingPlace", "BookedTime")
}

// ScanPieces asks the antivirus about what was given in, and brings what was deposited
// blindly to its application.
func ScanPieces(ctx context.Context) context.Context {
	return guard.Grant(ctx, "scan pieces", "Piece", "PieceFile", "PieceTransfer", "Deposit")
}

// SweepStorage finds out which files of the storage somebody knows.
func SweepStorage(ctx context.Context) context.Context {
	return guard.Grant(ctx, "sweep storage", "Upload")
}
