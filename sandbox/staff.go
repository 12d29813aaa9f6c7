package sandbox

import (
	"slices"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

// staffEpoch is the time in the identifiers of the sandbox's people and of what they
// were given.
var staffEpoch = time.Date(2024, time.September, 1, 0, 0, 0, 0, time.UTC)

// The years in which authorisations are renewed, each 1 September: the sandbox's clock
// shows the machine's time, and its people must still be authorised in some years.
const firstAuthorisation, lastAuthorisation = 2025, 2031

// unauthorised are personas that hold a role without any authorisation in it: the
// Département is no registering body, so that there is nothing to authorise.
var unauthorised = []string{"department-allocation"}

// authorisations lists those of the personas, year after year. One expired and was
// not renewed, one was revoked.
func authorisations() []service.SandboxAuthorisation {
	var all []service.SandboxAuthorisation
	for _, p := range Personas() {
		if !p.Role.AuthorisableAt(domain.Body{Kind: domain.Landlord, RegisteringBody: true}) || slices.Contains(unauthorised, p.Name) {
			continue
		}
		for year := firstAuthorisation; year < lastAuthorisation; year++ {
			a := service.SandboxAuthorisation{
				Person: p.Name, GrantedBy: administratorOf(p.Organisation), Organisation: p.Organisation, Role: p.Role,
				From: domain.NewDate(year, 9, 1), Until: domain.NewDate(year+1, 9, 1),
			}
			a.ID = domain.DerivedID(domain.StaffAuthorisationPrefix, staffEpoch, p.Name+" "+a.From.String())
			if keeps(p.Name, &a, year) {
				all = append(all, a)
			}
		}
	}
	return all
}

// keeps tells whether the persona got that year's authorisation, and revokes the one
// that was revoked.
func keeps(name string, a *service.SandboxAuthorisation, year int) bool {
	switch name {
	case "commune-grenoble-expired":
		return year == firstAuthorisation
	case "commune-grenoble-revoked":
		if year == firstAuthorisation+1 {
			a.RevokedOn, a.Reason = domain.NewDate(year, 10, 15), "Changement de service"
		}
		return year <= firstAuthorisation+1
	case "former-agent":
		return false
	}
	return true
}

// administratorOf is who gives authorisations at that organisation. Most communes of the
// sandbox have no administrator of their own; the Métropole's stands in.
func administratorOf(organisation string) string {
	for _, p := range Personas() {
		if p.Role == domain.OrgAdmin && p.Organisation == organisation {
			return p.Name
		}
	}
	return "metropole-admin"
}

// pairs lists the pairs of the sandbox: a reception agent and a social worker each.
func pairs() []service.SandboxPair {
	since := domain.NewDate(2025, 9, 1)
	all := []service.SandboxPair{
		{Point: sharedDesk, People: []string{"shared-desk-agent", "shared-desk-social"}, FormedBy: "shared-desk-manager", From: since},
		{Point: sharedDesk, People: []string{"metropole-agent", "metropole-social"}, FormedBy: "metropole-admin", From: since},
		{
			Point: "mairie-echirolles", People: []string{"commune-echirolles-agent", "commune-echirolles-social"},
			FormedBy: "metropole-admin", From: since,
		},
	}
	for i, p := range all {
		all[i].ID = domain.DerivedID(domain.PairPrefix, staffEpoch, p.People[0]+" "+p.People[1])
	}
	return all
}
