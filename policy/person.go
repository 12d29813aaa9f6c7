package policy

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A person is visible to itself and to who manages it: the ORG_ADMIN of the
// organisation that answers for it or that it is assigned to, the POINT_MANAGER of a
// point where it works, the Métropole's ORG_ADMIN.
func installPerson() {
	guard.Register("Person", func(v *auth.Viewer, q *ent.PersonQuery) {
		m := managing(v)
		if m.everywhere {
			return
		}
		seen := []predicate.Person{person.ID(v.PersonID)}
		if len(m.organisations) > 0 {
			seen = append(seen, person.OrganisationIDIn(m.organisations...))
		}
		if managed := m.assignments(v.Day()); len(managed) > 0 {
			seen = append(seen, person.HasAssignmentsWith(anyOf(managed)))
		}
		q.Where(person.Or(seen...))
	})
}

// manager is what a viewer manages of the staff today, whatever day it reads.
type manager struct {
	// everywhere: it is an ORG_ADMIN of the Métropole.
	everywhere bool
	// organisations are those of which it is an ORG_ADMIN.
	organisations []domain.ID
	// points are those of which it is a POINT_MANAGER.
	points []domain.ID
}

func managing(v *auth.Viewer) manager {
	var m manager
	if v.App != nil {
		return m // nobody is managed through an app
	}
	for _, a := range v.Assignments {
		switch a.Role {
		case domain.OrgAdmin:
			m.everywhere = m.everywhere || a.OrganisationKind == domain.Metropole
			m.organisations = append(m.organisations, a.OrganisationID)
		case domain.PointManager:
			m.points = append(m.points, a.PointIDs...)
		default: // the other roles manage nobody
		}
	}
	return m
}

// ownPoints keeps the points that the manager runs, and those that its organisations operate.
func (m manager) ownPoints() predicate.ReceptionPoint {
	return receptionpoint.Or(receptionpoint.IDIn(m.points...), receptionpoint.HasOperatorsWith(organisation.IDIn(m.organisations...)))
}

// RegisterPerson decides whether the viewer may register a member of staff for whom
// that organisation answers.
func RegisterPerson(ctx context.Context, organisation domain.ID) (context.Context, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	if v.Holds(organisation, domain.OrgAdmin) || managing(v).everywhere {
		return guard.Grant(ctx, "register person", "Person"), nil
	}
	return nil, forbidden()
}

// SetSpokenLanguages decides whether the viewer may say which languages that person speaks, who
// carries the assignments that the viewer sees, with their points: who manages it. It gives no
// right.
func SetSpokenLanguages(ctx context.Context, p *ent.Person) (context.Context, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	m := managing(v)
	answers := p.OrganisationID != nil && slices.Contains(m.organisations, *p.OrganisationID)
	if !m.everywhere && !answers && !slices.ContainsFunc(p.Edges.Assignments, m.manages) {
		return nil, forbidden()
	}
	return guard.Grant(ctx, "set spoken languages", "Person"), nil
}

// manages tells whether the assignment is at an organisation or a point of the manager.
func (m manager) manages(a *ent.Assignment) bool {
	return slices.Contains(m.organisations, a.OrganisationID) ||
		slices.ContainsFunc(a.Edges.ReceptionPoints, func(p *ent.ReceptionPoint) bool { return slices.Contains(m.points, p.ID) })
}

// notYourself refuses to an administrator what it would give to itself, or decide
// about itself or about its own proposal.
func notYourself() error {
	return &domain.Error{
		Code: domain.Forbidden, Reason: "NOT_YOURSELF",
		Message: domain.Text{
			EN: "Nobody gives rights to themselves or decides on their own proposal: another administrator does.",
			FR: "Nul ne se donne de droits ni ne décide de sa propre proposition : un autre administrateur le fait.",
		},
	}
}
