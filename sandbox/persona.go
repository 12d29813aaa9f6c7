package sandbox

import (
	"github.com/guichet-logement/guichet/domain"
)

// Persona is a fictional member of staff that a developer can act as: its name is
// the subject of the sandbox's tokens.
type Persona struct {
	Name                  string
	GivenName, FamilyName string
	// What is it for, in a few words.
	About string
	// Organisation and Points are keys of the directory.
	Organisation string
	Role         domain.Role
	Points       []string
	// From and Until bound the assignment; a zero Until leaves it open.
	From, Until domain.Date
}

// Personas lists the people of the sandbox, always in the same order.
func Personas() []Persona {
	since := domain.NewDate(2024, 9, 1)
	at := func(name, given, family, about, organisation string, role domain.Role, points ...string) Persona {
		return Persona{name, given, family, about, organisation, role, points, since, domain.Date{}}
	}
	grenoble, echirolles, desk := "mairie-grenoble", "mairie-echirolles", sharedDesk
	belledonne := "landlord-" + slug(landlords[0])
	all := []Persona{
		at("commune-grenoble-agent", "Camille", "Orsini", "receives applicants at Grenoble's town hall", "commune-grenoble", domain.ReceptionAgent, grenoble),
		at("commune-grenoble-manager", "Yacine", "Delorme", "runs the point of Grenoble's town hall", "commune-grenoble", domain.PointManager, grenoble),
		at("commune-grenoble-admin", "Hélène", "Vasseur", "manages Grenoble's people, apps and points", "commune-grenoble", domain.OrgAdmin),
		at("commune-grenoble-allocation", "Bastien", "Rochette", "prepares Grenoble's allocations", "commune-grenoble", domain.AllocationOfficer),
		at("commune-grenoble-privacy", "Solange", "Mercier", "answers for a commune's personal data", "commune-grenoble", domain.PrivacyOfficer),
		at("commune-echirolles-agent", "Nadia", "Ferrand", "receives applicants at a level-3 town hall", "commune-echirolles", domain.ReceptionAgent, echirolles),
		at("commune-echirolles-social", "Paul", "Imbert", "social worker at a level-3 town hall", "commune-echirolles", domain.SocialOfficer, echirolles),
		at("commune-fontaine-agent", "Jérôme", "Baudry", "receives applicants at another commune's town hall", "commune-fontaine", domain.ReceptionAgent, "mairie-fontaine"),
		at("commune-bresson-agent", "Lucie", "Marchal", "gives information at a level-1 town hall", "commune-bresson", domain.ReceptionAgent, "mairie-bresson"),
		at("shared-desk-agent", "Inès", "Calvat", "receives applicants at the shared desk", sharedDesk, domain.ReceptionAgent, desk),
		at("shared-desk-social", "Marc", "Thévenet", "social worker of the shared desk", sharedDesk, domain.SocialOfficer, desk),
		at("shared-desk-manager", "Sonia", "Billard", "runs the shared desk", sharedDesk, domain.PointManager, desk),
		at("shared-desk-privacy", "Agathe", "Lormier", "answers for the shared desk's personal data", sharedDesk, domain.PrivacyOfficer),
		at("shared-desk-admin", "Didier", "Combaz", "manages the shared desk's people, apps and points", sharedDesk, domain.OrgAdmin),
		at("landlord-balcons-de-belledonne-stock", "Rémi", "Aubert", "keeps a landlord's dwellings up to date", belledonne, domain.StockManager),
		at("landlord-balcons-de-belledonne-allocation", "Claire", "Nguyen", "prepares a landlord's allocations", belledonne, domain.AllocationOfficer),
		at("landlord-balcons-de-belledonne-admin", "Thomas", "Perrin", "manages a landlord's people, apps and points", belledonne, domain.OrgAdmin),
		at("landlord-balcons-de-belledonne-agent", "Élise", "Fournel", "receives applicants for a landlord at the shared desk", belledonne, domain.ReceptionAgent, desk),
		at("landlord-balcons-de-belledonne-social", "Habib", "Jaouen", "a landlord's social worker at the shared desk", belledonne, domain.SocialOfficer, desk),
		at("landlord-balcons-de-belledonne-manager", "Corinne", "Teyssier", "runs a landlord's part of the shared desk", belledonne, domain.PointManager, desk),
		at("landlord-balcons-de-belledonne-privacy", "Antoine", "Sorel", "answers for a landlord's personal data", belledonne, domain.PrivacyOfficer),
		at("metropole-agent", "Léa", "Guichard", "mutualised staff who hold permanences", "metropole", domain.ReceptionAgent, desk, "mairie-bresson"),
		at("metropole-social", "Karim", "Benali", "the Métropole's social worker", "metropole", domain.SocialOfficer, desk),
		at("metropole-manager", "Viviane", "Arnoux", "runs what the Métropole's staff do at the shared desk", "metropole", domain.PointManager, desk),
		at("metropole-allocation", "Fabrice", "Lenoir", "prepares the Métropole's allocations", "metropole", domain.AllocationOfficer),
		at("metropole-steering", "Anne", "Descombes", "steers the service by its figures", "metropole", domain.Steering),
		at("metropole-privacy", "Julien", "Sabatier", "answers for personal data", "metropole", domain.PrivacyOfficer),
		at("metropole-admin", "Odile", "Garnier", "manages the Métropole's people, apps and points", "metropole", domain.OrgAdmin),
		at("state-allocation", "Victor", "Lambert", "prepares the State's allocations", "state", domain.AllocationOfficer),
		at("state-privacy", "Marion", "Gervais", "answers for the State's personal data", "state", domain.PrivacyOfficer),
		at("state-admin", "Hubert", "Cazenave", "manages the State's people and apps", "state", domain.OrgAdmin),
		at("department-allocation", "Émilie", "Roux", "follows the Département's reservations", "department", domain.AllocationOfficer),
		at("department-privacy", "Noémie", "Bayle", "answers for the Département's personal data", "department", domain.PrivacyOfficer),
		at("department-admin", "Cyril", "Montagne", "manages the Département's people and apps", "department", domain.OrgAdmin),
		at("action-logement-allocation", "Samir", "Haddad", "prepares Action Logement's allocations", "action-logement", domain.AllocationOfficer),
		at("action-logement-privacy", "Estelle", "Rivoire", "answers for Action Logement's personal data", "action-logement", domain.PrivacyOfficer),
		at("action-logement-admin", "Pascal", "Didelot", "manages Action Logement's people and apps", "action-logement", domain.OrgAdmin),
		at("commune-grenoble-second-admin", "Mathilde", "Cros", "confirms what Grenoble's first administrator proposes", "commune-grenoble", domain.OrgAdmin),
		at("commune-grenoble-expired", "Denis", "Fayolle", "an agent whose named authorisation has expired", "commune-grenoble", domain.ReceptionAgent, grenoble),
		at("commune-grenoble-revoked", "Laure", "Mounier", "an agent whose named authorisation was revoked", "commune-grenoble", domain.ReceptionAgent, grenoble),
		at("former-agent", "Gilles", "Morand", "an assignment that has ended: a token without rights", "commune-grenoble", domain.ReceptionAgent, grenoble),
		at("future-agent", "Zoé", "Clément", "an assignment that begins in 2030: move the clock", "commune-grenoble", domain.ReceptionAgent, grenoble),
	}
	all[len(all)-2].Until = domain.NewDate(2025, 7, 1)
	all[len(all)-1].From = domain.NewDate(2030, 1, 1)
	return all
}

// Applicant is a fictional applicant with an account: its name is the subject of the
// tokens of the sandbox's portal.
type Applicant struct {
	Name string
	// What is it for, in a few words.
	About string
}

// The applicants who have an account, by the subjects of their tokens.
const (
	ApplicantSingle       = "applicant-single"
	ApplicantCoupleFirst  = "applicant-couple-first"
	ApplicantCoupleSecond = "applicant-couple-second"
	ApplicantProtected    = "applicant-protected"
	ApplicantReceived     = "applicant-received"
	ApplicantNew          = "applicant-new"
)

// Applicants lists them, always in the same order.
func Applicants() []Applicant {
	return []Applicant{
		{ApplicantSingle, "one adult who looks for a dwelling alone"},
		{ApplicantCoupleFirst, "an applicant with a secret that the spouse must not see"},
		{ApplicantCoupleSecond, "the spouse, who has an account and a secret too"},
		{ApplicantProtected, "somebody whose protected file no account opens"},
		{ApplicantReceived, "an account that a code of a desk may bind to a file"},
		{ApplicantNew, "an account bound to nothing, to register online with"},
	}
}
