package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A person sees its own assignments of today, through an app those that are left:
// what it asks about the network of another day never moves its rights.
func installAssignment() {
	guard.Register("Assignment", func(v *auth.Viewer, q *ent.AssignmentQuery) {
		q.Where(assignment.PersonID(v.PersonID), AssignmentInForce(v.Today()))
		if v.App != nil {
			q.Where(assignment.IDIn(held(v)...))
		}
		q.Order(assignment.ByValidFrom(), assignment.ByID())
	})
}

// held are the assignments that an app leaves of its person's.
func held(v *auth.Viewer) []domain.ID {
	ids := []domain.ID{}
	for _, a := range v.Assignments {
		ids = append(ids, a.ID)
	}
	return ids
}

// AssignmentInForce keeps the assignments in force on that day.
func AssignmentInForce(day domain.Date) predicate.Assignment {
	return assignment.And(
		assignment.ValidFromLTE(day),
		assignment.Or(assignment.ValidUntilIsNil(), assignment.ValidUntilGT(day)),
	)
}
