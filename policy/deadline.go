package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/deadline"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Deadlines are of the column group SUMMARY, the next one first.
func installDeadline() {
	guard.Register("Deadline", func(v *auth.Viewer, q *ent.DeadlineQuery) {
		q.Where(partOpenedTo(v, domain.GroupSummary.Bit())).
			Order(deadline.ByApplicationID(), deadline.ByDueOn(), deadline.ByKind())
	})
}
