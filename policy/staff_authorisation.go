package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/staffauthorisation"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A person sees its own authorisations of today; who manages it sees those in force
// and announced on the day read.
func installStaffAuthorisation() {
	guard.Register("StaffAuthorisation", func(v *auth.Viewer, q *ent.StaffAuthorisationQuery) {
		m, current := managing(v), staffAuthorisationNotEnded(v.Day())
		seen := []predicate.StaffAuthorisation{
			staffauthorisation.And(staffauthorisation.PersonID(v.PersonID), StaffAuthorisationInForce(v.Today())),
		}
		if m.everywhere {
			seen = append(seen, current)
		}
		if len(m.organisations) > 0 {
			seen = append(seen, staffauthorisation.And(staffauthorisation.OrganisationIDIn(m.organisations...), current))
		}
		if len(m.points) > 0 {
			seen = append(seen, staffauthorisation.And(current, assigned(
				m.atPoints(), assignment.StateEQ(domain.AssignmentConfirmed), assignmentNotEnded(v.Day()))))
		}
		q.Where(staffauthorisation.Or(seen...)).
			Order(staffauthorisation.ByValidFrom(), staffauthorisation.ByID())
	})
}

// StaffAuthorisationInForce keeps the authorisations that hold on that day: begun,
// neither ended nor revoked, and of a person who is assigned to the role.
func StaffAuthorisationInForce(day domain.Date) predicate.StaffAuthorisation {
	return staffauthorisation.And(
		staffauthorisation.ValidFromLTE(day), staffAuthorisationNotEnded(day), assigned(AssignmentInForce(day)),
	)
}

func staffAuthorisationNotEnded(day domain.Date) predicate.StaffAuthorisation {
	return staffauthorisation.And(
		staffauthorisation.ValidUntilGT(day),
		staffauthorisation.Or(staffauthorisation.RevokedOnIsNil(), staffauthorisation.RevokedOnGT(day)),
	)
}

// GrantStaffAuthorisation decides whether the viewer may authorise that person at
// that organisation: an ORG_ADMIN of it, never itself.
func GrantStaffAuthorisation(ctx context.Context, organisation, person domain.ID) (context.Context, error) {
	v, err := inPerson(ctx)
	switch {
	case err != nil:
		return nil, err
	case !v.Holds(organisation, domain.OrgAdmin):
		return nil, forbidden()
	case v.PersonID == person:
		return nil, notYourself()
	}
	return guard.Grant(ctx, "grant staff authorisation", "StaffAuthorisation"), nil
}

// RevokeStaffAuthorisation decides whether the viewer may revoke the authorisation.
func RevokeStaffAuthorisation(ctx context.Context, a *ent.StaffAuthorisation) (context.Context, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	if !v.Holds(a.OrganisationID, domain.OrgAdmin) {
		return nil, forbidden()
	}
	return guard.Grant(ctx, "revoke staff authorisation", "StaffAuthorisation"), nil
}
