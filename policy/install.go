package policy

import (
	// The policies of the schema are wired there; without it every read is refused.
	_ "github.com/guichet-logement/guichet/ent/runtime"
)

// Install registers every scope. Until it is called no row can be read.
func Install() {
	installCommune()
	installOrganisation()
	installReceptionPoint()
	installAgreement()
	installOpeningHours()
	installCatalogueEntry()
	installPerson()
	installAssignment()
	installSandboxClock()
	installStockVintage()
	installStockChange()
	installBuilding()
	installDwelling()
	installOwnership()
	installPartnerApp()
	installClientAuthentication()
	installStaffAuthorisation()
	installPair()
	installApplication()
	installWish()
	installHouseholdMember()
	installApplicantAccount()
	installNamedAgent()
	installApplicationAccess()
	installReceptionContact()
	installReceptionGrant()
	installEmergencyOpening()
	installAttemptCount()
	installBindingCode()
	installPublishedFigures()
	installDeadline()
	installApplicationEvent()
	installHandOver()
	installOnlineRegistration()
	installProposedChange()
	installPiece()
	installUpload()
	installDeposit()
	installRegistryEvent()
}
