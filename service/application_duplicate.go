package service

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/policy"
)

// The bounds of a search for duplicates.
const (
	maxCandidates = 200
	maxDuplicates = 20
)

// ApplicationDuplicate is another application that looks like one of the same person.
type ApplicationDuplicate struct {
	Application *ent.Application
	Points      int
	Reasons     []domain.DuplicateReason
}

// ApplicationDuplicates are the applications that look like those of the applicant of
// this one, the likeliest first, among those whose contact the viewer sees: the answer
// does not depend on any other. Nothing is decided by points.
func (s *Service) ApplicationDuplicates(ctx context.Context, id domain.ID) ([]ApplicationDuplicate, error) {
	of, err := identified(s.ent.Application.Query().Where(application.ID(id), policy.LookingAt(domain.GroupContact))).All(ctx)
	if err != nil || len(of) == 0 {
		return nil, err
	}
	mine := identityOf(of[0])
	candidates, err := identified(s.ent.Application.Query().Where(
		application.IDNEQ(id), application.StateIn(domain.ApplicationPending, domain.ApplicationActive),
		policy.LookingAt(domain.GroupContact), policy.Resembling(auth.FromContext(ctx), mine),
	)).Order(application.ByID()).Limit(maxCandidates).All(ctx)
	if err != nil {
		return nil, err
	}
	points := domain.DuplicatePointsOn(auth.FromContext(ctx).Today())
	var all []ApplicationDuplicate
	for _, a := range candidates {
		if r := points.Compare(mine, identityOf(a)); r.Duplicate {
			all = append(all, ApplicationDuplicate{a, r.Points, r.Reasons})
		}
	}
	slices.SortStableFunc(all, func(a, b ApplicationDuplicate) int { return b.Points - a.Points })
	return all[:min(len(all), maxDuplicates)], nil
}

// identified loads what tells who the applicant is.
func identified(q *ent.ApplicationQuery) *ent.ApplicationQuery {
	return q.WithContact().WithHousehold(func(m *ent.HouseholdMemberQuery) {
		m.Where(householdmember.LinkEQ(domain.LinkApplicant)).WithParticulars()
	})
}

// identityOf is who the applicant is.
func identityOf(a *ent.Application) domain.Identity {
	i := domain.Identity{GivenNames: a.GivenNames, BirthName: a.BirthName, UsualName: string(a.UsualName)}
	for _, m := range a.Edges.Household {
		if p := m.Edges.Particulars; p != nil {
			i.BornOn = p.BornOn
		}
	}
	if c := a.Edges.Contact; c != nil {
		i.Emails = []domain.EmailAddress{c.Email}
		if c.Phone != nil {
			i.Phones = []domain.PhoneNumber{*c.Phone}
		}
		i.Address = c.Address + " " + c.PostalCode + " " + c.Town
	}
	return i
}
