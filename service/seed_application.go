package service

import "github.com/guichet-logement/guichet/domain"

// SandboxApplication is a fictional application. Points are keys of the directory,
// people are subjects of the sandbox's tokens.
type SandboxApplication struct {
	ID           domain.ID
	UniqueNumber domain.UniqueNumber // empty while the application waits for validation
	State        domain.ApplicationState
	// RegisteredOn is the first deposit, which renewals keep.
	RegisteredOn, RenewedOn, ValidUntil domain.Date
	// RemovedOn is zero for one that is not.
	RemovedOn domain.Date
	// Protected files are seen by the agents named on them alone.
	Protected   bool
	NamedAgents []string
	// FollowingPoint is empty when nobody follows the application.
	FollowingPoint string
	FollowedSince  domain.Date
	// ReceptionDeadline is the last day for a first reception.
	ReceptionDeadline domain.Date
	// Wishes are in the order of the applicant's preference.
	Wishes     []domain.InseeCode
	Typologies []domain.Typology

	TaxYear                     int
	TaxIncome, MonthlyResources domain.Money
	Housing                     domain.HousingClass
	// Reasons are codes of the national registry that tell nothing sensitive.
	Reasons []string

	Address, PostalCode, Town string
	Phone                     domain.PhoneNumber
	Email                     string
	// HelpingStructure helps with the application (travailleur social, association).
	HelpingStructure string

	// Members are the household, the applicant first.
	Members []SandboxMember
}

// SandboxMember is a fictional member of a household.
type SandboxMember struct {
	ID                               domain.ID
	Link                             domain.HouseholdLink
	GivenNames, BirthName, UsualName string
	// BornOn is zero for a child to be born, ExpectedOn for everybody else.
	BornOn, ExpectedOn domain.Date
	// Account is the subject of the portal's tokens that are this person's.
	Account string
	// Sensitive is nil for most people.
	Sensitive *SandboxSensitive
}

// SandboxSensitive is what is sensitive about a fictional person.
type SandboxSensitive struct {
	Reasons     []string
	HousingMode string
	Needs       []string
	FreeText    string
	SafeContact string
}
