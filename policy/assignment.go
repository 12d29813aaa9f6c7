package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A person sees its own assignments of today, through an app those that are left:
// what it asks about the network of another day never moves its rights. Who manages
// others sees theirs.
func installAssignment() {
	guard.Register("Assignment", func(v *auth.Viewer, q *ent.AssignmentQuery) {
		q.Where(AssignmentVisible(v)).
			Order(assignment.ByValidFrom(), assignment.ByID())
	})
}

// AssignmentVisible keeps the assignments that the viewer sees. Filters on edges,
// which no scope reaches, apply it themselves.
func AssignmentVisible(v *auth.Viewer) predicate.Assignment {
	own := assignment.And(assignment.PersonID(v.PersonID), AssignmentInForce(v.Today()))
	if v.App != nil {
		own = assignment.And(own, assignment.IDIn(held(v)...))
	}
	return anyOf(append(managing(v).assignments(v.Day()), own))
}

// held are the assignments that an app leaves of its person's.
func held(v *auth.Viewer) []domain.ID {
	ids := []domain.ID{}
	for _, a := range v.Assignments {
		ids = append(ids, a.ID)
	}
	return ids
}

// assignments are those that the manager sees on that day: in force, announced, and
// to an administrator also proposed.
func (m manager) assignments(day domain.Date) []predicate.Assignment {
	current := assignment.And(
		assignment.StateIn(domain.AssignmentProposed, domain.AssignmentConfirmed), assignmentNotEnded(day))
	if m.everywhere {
		return []predicate.Assignment{current}
	}
	var seen []predicate.Assignment
	if len(m.organisations) > 0 {
		seen = append(seen, assignment.And(assignment.OrganisationIDIn(m.organisations...), current))
	}
	if len(m.points) > 0 {
		seen = append(seen, assignment.And(m.atPoints(), assignment.StateEQ(domain.AssignmentConfirmed), assignmentNotEnded(day)))
	}
	return seen
}

// atPoints keeps what is held at a point that the viewer runs, whoever employs the
// person: who runs a desk knows who sits at it.
func (m manager) atPoints() predicate.Assignment {
	return assignment.HasReceptionPointsWith(receptionpoint.IDIn(m.points...))
}

// anyOf is Or, and the predicate itself when there is one: fewer words in each
// statement.
func anyOf(predicates []predicate.Assignment) predicate.Assignment {
	if len(predicates) == 1 {
		return predicates[0]
	}
	return assignment.Or(predicates...)
}

func assignmentNotEnded(day domain.Date) predicate.Assignment {
	return assignment.Or(assignment.ValidUntilIsNil(), assignment.ValidUntilGT(day))
}

// AssignmentInForce keeps the assignments that give rights on that day: confirmed,
// begun and not ended.
func AssignmentInForce(day domain.Date) predicate.Assignment {
	return assignment.And(
		assignment.StateEQ(domain.AssignmentConfirmed), assignment.ValidFromLTE(day), assignmentNotEnded(day),
	)
}

// AssignRole decides whether the viewer may give that person the role at that
// organisation: an ORG_ADMIN of it, never to itself. The Métropole's may propose an
// administrator to any organisation: otherwise one without any could never have one.
func AssignRole(ctx context.Context, organisation, person domain.ID, role domain.Role) (context.Context, error) {
	v, err := administrator(ctx, organisation, role)
	if err != nil {
		return nil, err
	}
	if v.PersonID == person {
		return nil, notYourself()
	}
	return guard.Grant(ctx, "assign role", "Assignment"), nil
}

// EndAssignment decides whether the viewer may end the assignment, its own too: to
// lose rights is no privilege.
func EndAssignment(ctx context.Context, a *ent.Assignment) (context.Context, error) {
	if _, err := administrator(ctx, a.OrganisationID, a.Role); err != nil {
		return nil, err
	}
	return guard.Grant(ctx, "end assignment", "Assignment"), nil
}

// ConfirmAssignment decides whether the viewer may be the second person of a
// proposed assignment: an ORG_ADMIN of the organisation or of the Métropole, neither
// who proposed it nor whom it concerns.
func ConfirmAssignment(ctx context.Context, a *ent.Assignment) (context.Context, error) {
	return secondPerson(ctx, "confirm assignment", a)
}

// RejectAssignment decides whether the viewer may reject a proposed assignment: who
// may confirm it may.
func RejectAssignment(ctx context.Context, a *ent.Assignment) (context.Context, error) {
	return secondPerson(ctx, "reject assignment", a)
}

func secondPerson(ctx context.Context, act string, a *ent.Assignment) (context.Context, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	if !v.Holds(a.OrganisationID, domain.OrgAdmin) && !managing(v).everywhere {
		return nil, forbidden()
	}
	// What nobody is known to have proposed, nobody is known to be a second person of.
	if v.PersonID == a.PersonID || a.AssignedByID == nil || v.PersonID == *a.AssignedByID {
		return nil, notYourself()
	}
	return guard.Grant(ctx, act, "Assignment"), nil
}

// administrator is the viewer, if it may give and end that role at the organisation.
func administrator(ctx context.Context, organisation domain.ID, role domain.Role) (*auth.Viewer, error) {
	v, err := inPerson(ctx)
	if err != nil {
		return nil, err
	}
	if v.Holds(organisation, domain.OrgAdmin) || role == domain.OrgAdmin && managing(v).everywhere {
		return v, nil
	}
	return nil, forbidden()
}
