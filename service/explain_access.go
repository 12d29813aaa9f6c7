package service

import (
	"context"
	"fmt"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/applicationaccess"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/policy"
)

// AccessExplanation is why a member of staff sees an application, or does not.
type AccessExplanation struct {
	PersonName string
	Visible    bool
	Opens      []domain.ColumnGroup
	State      domain.ApplicationState
	Grounds    []*GroundExplanation
}

// GroundExplanation is a ground that an assignment could rest on.
type GroundExplanation struct {
	Ground             domain.Ground
	Role               domain.Role
	OrganisationID     domain.ID
	ReceptionPointIDs  []domain.ID
	Opens              []domain.ColumnGroup
	Article, HoldsWhen string
	Holds              bool
	Missing            *domain.MissingLink
}

// ExplainAccess tells a privacy officer why that person sees the application of that
// number or not; nil when one of them is not the officer's to know of. The answer is on
// record before it is given.
func (s *Service) ExplainAccess(ctx context.Context, n domain.UniqueNumber, about domain.ID) (*AccessExplanation, error) {
	v := auth.FromContext(ctx)
	granted, overseen := policy.OverseeAccess(ctx)
	if len(overseen.Organisations) == 0 {
		return nil, nil
	}
	a, err := s.ent.Application.Query().Where(application.UniqueNumber(n)).Only(granted)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("explain access: %w", err)
	}
	accesses, err := s.ent.ApplicationAccess.Query().Where(applicationaccess.ApplicationID(a.ID)).All(granted)
	if err != nil {
		return nil, fmt.Errorf("explain access: %w", err)
	}
	open := map[domain.AudienceID]bool{}
	for _, x := range accesses {
		open[x.AudienceID] = (x.ValidFrom == nil || !v.Now.Before(*x.ValidFrom)) && (x.ValidUntil == nil || v.Now.Before(*x.ValidUntil))
	}
	explained, err := s.overseenPerson(granted, overseen, about, open)
	if err != nil || explained == nil {
		return nil, err
	}
	e := explainGrounds(explained, open)
	e.State = a.State
	line := actorLine(v, nil)
	line.Kind, line.Operation, line.ApplicationIDs = audit.Notice, "explainAccess", []domain.ID{a.ID}
	line.OrganisationID, line.Roles = overseen.Organisations[0], []domain.Role{domain.PrivacyOfficer}
	return e, s.audit.Record(ctx, line)
}

// overseenPerson is the person as a viewer, if it is the officer's: of everybody for
// the Métropole's; otherwise of its organisation, where somebody sees the application.
func (s *Service) overseenPerson(
	ctx context.Context, o policy.Overseen, about domain.ID, open map[domain.AudienceID]bool,
) (*auth.Viewer, error) {
	v := auth.FromContext(ctx)
	such := person.ID(about)
	if !o.Everywhere {
		such = person.HasAssignmentsWith(assignment.OrganisationIDIn(o.Organisations...), policy.AssignmentInForce(v.Today()))
	}
	ids, err := s.ent.Person.Query().Where(such).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("explain access: %w", err)
	}
	people, err := s.staff(ctx, v.Now, "p.id = ANY($2)", pq.Array(ids))
	if err != nil {
		return nil, fmt.Errorf("explain access: %w", err)
	}
	var found *auth.Viewer
	seen := o.Everywhere
	for _, p := range people {
		if p.PersonID == about {
			found = p
		}
		seen = seen || explainGrounds(p, open).Visible
	}
	if !seen {
		return nil, nil
	}
	return found, nil
}

func explainGrounds(v *auth.Viewer, open map[domain.AudienceID]bool) *AccessExplanation {
	e := &AccessExplanation{PersonName: v.GivenName + " " + v.FamilyName, Grounds: []*GroundExplanation{}}
	var opens domain.GroupSet
	for _, c := range policy.Claims(v) {
		g := &GroundExplanation{
			Ground: c.Rule.Ground, Role: c.Assignment.Role, OrganisationID: c.Assignment.OrganisationID,
			ReceptionPointIDs: append([]domain.ID{}, c.Assignment.PointIDs...),
			Opens:             c.Rule.Groups.Groups(), Article: c.Rule.Article, HoldsWhen: c.Rule.HoldsWhen,
		}
		for _, a := range c.Audiences {
			g.Holds = g.Holds || open[a.ID()]
		}
		if c.Missing != "" {
			g.Missing = &c.Missing
		}
		if g.Holds && g.Missing == nil {
			opens |= c.Rule.Groups
		}
		e.Grounds = append(e.Grounds, g)
	}
	e.Visible, e.Opens = opens != 0, opens.Groups()
	return e
}
