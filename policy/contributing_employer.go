package policy

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/contributingemployer"
	"github.com/guichet-logement/guichet/policy/guard"
)

// The list is seen by Action Logement's allocation officers, whom it opens applications to,
// and by the Métropole's people who confirm it.
func installContributingEmployer() {
	guard.Register("ContributingEmployer", func(v *auth.Viewer, q *ent.ContributingEmployerQuery) {
		q.Order(contributingemployer.ByID())
		if v.App != nil || !slices.ContainsFunc(v.Assignments, keepsEmployers) && !slices.ContainsFunc(v.Assignments, confirmsEmployers) {
			q.Where(contributingemployer.ID(domain.Nothing(domain.ContributingEmployerPrefix)))
		}
	})
}

// keepsEmployers tells who speaks for Action Logement.
func keepsEmployers(a auth.Assignment) bool {
	return a.OrganisationKind == domain.ActionLogement && a.Role == domain.AllocationOfficer
}

// confirmsEmployers tells who speaks for the Métropole: what opens applications to another
// organisation is for those who see none of them.
func confirmsEmployers(a auth.Assignment) bool {
	return a.OrganisationKind == domain.Metropole && a.Role == domain.Steering
}

// ProposeContributingEmployers decides whether the viewer may put employers on the list: an
// ALLOCATION_OFFICER of Action Logement.
func ProposeContributingEmployers(ctx context.Context) (context.Context, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(v.Assignments, keepsEmployers) {
		return nil, forbidden()
	}
	return guard.Grant(ctx, "propose employers", "ContributingEmployer"), nil
}

// ConfirmContributingEmployers decides whether the viewer may confirm these: STEERING of the Métropole,
// another person than who proposed them.
func ConfirmContributingEmployers(ctx context.Context, proposed []*ent.ContributingEmployer) (context.Context, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(v.Assignments, confirmsEmployers) {
		return nil, forbidden()
	}
	if slices.ContainsFunc(proposed, func(e *ent.ContributingEmployer) bool { return e.ProposedByID == v.PersonID }) {
		return nil, notYourself()
	}
	return guard.Grant(ctx, "confirm employers", "ContributingEmployer", "ApplicationAccess", "Audience"), nil
}

// WithdrawContributingEmployers decides whether the viewer may take employers off the list: either of the
// two, whatever the other one says.
func WithdrawContributingEmployers(ctx context.Context) (context.Context, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(v.Assignments, keepsEmployers) && !slices.ContainsFunc(v.Assignments, confirmsEmployers) {
		return nil, forbidden()
	}
	return guard.Grant(ctx, "withdraw employers", "ContributingEmployer", "ApplicationAccess", "Audience"), nil
}
