package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A person sees its own assignments of today: what it asks about the network of
// another day never moves its rights.
func installAssignment() {
	guard.Register("Assignment", func(v *auth.Viewer, q *ent.AssignmentQuery) {
		q.Where(assignment.PersonID(v.PersonID), AssignmentInForce(v.Today())).
			Order(assignment.ByValidFrom(), assignment.ByID())
	})
}

// AssignmentInForce keeps the assignments in force on that day.
func AssignmentInForce(day domain.Date) predicate.Assignment {
	return assignment.And(
		assignment.ValidFromLTE(day),
		assignment.Or(assignment.ValidUntilIsNil(), assignment.ValidUntilGT(day)),
	)
}
