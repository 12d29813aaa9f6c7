package policy

import (
	"time"

	"github.com/guichet-logement/guichet/domain"
)

// ApplicationFacts are what the grounds of one application rest on.
type ApplicationFacts struct {
	ID     domain.ID
	State  domain.ApplicationState
	Erased bool
	// Protected files are open to the agents named on them and to the Métropole's social
	// officers alone.
	Protected bool
	// FollowingPoint is empty when nobody follows it; FollowedSince is the first day.
	FollowingPoint domain.ID
	FollowedSince  domain.Date
	// Wishes are the communes wished for.
	Wishes   []domain.ID
	Accounts []BoundAccount
	// NamedAgents are those whom a second person confirmed.
	NamedAgents []Naming
	// Receptions are the grants of those who received the applicant, Emergencies the
	// openings of the file in one.
	Receptions, Emergencies []Opening
}

// BoundAccount is an account of a portal that is bound to a person of the application.
type BoundAccount struct {
	Issuer, Subject string
	Since           time.Time
	// Reopened: an agent named on the protected file let the account see it again. It is
	// one account's, since the other adult of a file may be the danger.
	Reopened bool
}

// Naming is an agent named on a protected file; a zero Until is open.
type Naming struct {
	Person, Organisation domain.ID
	From, Until          domain.Date
}

// Opening is access of one person for some hours: at a point, or for an organisation.
type Opening struct {
	Person, Where domain.ID
	From, Until   time.Time
}

// Access is a row of application_access: an audience that sees the application. Zero
// instants are open.
type Access struct {
	Audience    domain.Audience
	Groups      domain.GroupSet
	From, Until time.Time
}

// Accesses are all who see an application, by the facts alone: the caller's side of a
// ground is asked when it reads, see [Audiences].
func Accesses(a ApplicationFacts) []Access {
	var all []Access
	for _, r := range groundRules() {
		if !a.admits(r) {
			continue
		}
		for _, f := range a.subjects(r) {
			all = append(all, Access{
				Audience: r.audience(f.subject), Groups: r.Groups, From: f.from, Until: f.until,
			})
		}
	}
	return all
}

// admits says which grounds the state of the application leaves.
func (a ApplicationFacts) admits(r GroundRule) bool {
	removed := a.State == domain.ApplicationRemoved
	switch {
	case a.Erased:
		return false
	case a.Protected:
		// For everybody else it does not exist, nor for the applicant until it is reopened.
		return r.Ground == domain.GroundNamedAgent || r.Ground == domain.GroundSelf ||
			r.Ground == domain.GroundTerritory && r.Class == "social" && !removed
	}
	switch r.Ground {
	case domain.GroundFollowed, domain.GroundSelf:
		return true
	case domain.GroundWishedCommune, domain.GroundWishedTerritory:
		return a.State == domain.ApplicationActive
	case domain.GroundTerritory:
		return !removed && len(a.Wishes) > 0
	case domain.GroundReceived, domain.GroundBreakGlass:
		return !removed
	case domain.GroundNamedAgent: // of protected files
	}
	return false
}

// found is a subject that the ground finds in an application, for a time.
type found struct {
	subject     string
	from, until time.Time
}

// subjects are what the ground of the rule finds in the application.
func (a ApplicationFacts) subjects(r GroundRule) []found {
	var all []found
	switch r.Ground {
	case domain.GroundFollowed:
		if a.FollowingPoint != "" {
			all = append(all, found{subject: string(a.FollowingPoint), from: startOf(a.FollowedSince)})
		}
	case domain.GroundWishedCommune, domain.GroundWishedTerritory:
		for _, c := range a.Wishes {
			all = append(all, found{subject: string(c)})
		}
	case domain.GroundTerritory:
		all = append(all, found{})
	case domain.GroundReceived:
		all = openings(a.Receptions)
	case domain.GroundBreakGlass:
		all = openings(a.Emergencies)
	case domain.GroundNamedAgent:
		for _, n := range a.NamedAgents {
			all = append(all, found{together(n.Person, n.Organisation), startOf(n.From), startOf(n.Until)})
		}
	case domain.GroundSelf:
		for _, b := range a.Accounts {
			if a.Protected && !b.Reopened {
				continue
			}
			all = append(all, found{subject: account(b.Issuer, b.Subject), from: b.Since})
		}
	}
	return all
}

// openings are those of a person, the last one where there are several: an audience
// has one row.
func openings(opened []Opening) []found {
	last := map[string]int{}
	var all []found
	for _, o := range opened {
		h := found{together(o.Person, o.Where), o.From, o.Until}
		at, again := last[h.subject]
		switch {
		case !again:
			last[h.subject] = len(all)
			all = append(all, h)
		case all[at].until.Before(h.until):
			all[at] = h
		}
	}
	return all
}

// startOf is midnight in Paris, or no instant for no day.
func startOf(day domain.Date) time.Time {
	if day.IsZero() {
		return time.Time{}
	}
	return day.At(domain.LocalTime(0))
}
