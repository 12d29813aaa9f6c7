package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy/guard"
)

// An application is seen by whom a row of application_access says so, and so is each
// of its column groups: the same rows, one bit for each group.
func installApplication() {
	guard.Register("Application", func(v *auth.Viewer, q *ent.ApplicationQuery) {
		sayWhy(v, q.Where(scopeOfApplications(v)))
	})
	guard.Register("ApplicationSummary", func(v *auth.Viewer, q *ent.ApplicationSummaryQuery) {
		q.Where(partOpenedTo(v, domain.GroupSummary.Bit()))
	})
	guard.Register("ApplicationFile", func(v *auth.Viewer, q *ent.ApplicationFileQuery) {
		q.Where(partOpenedTo(v, domain.GroupFile.Bit()))
	})
	guard.Register("ApplicationContact", func(v *auth.Viewer, q *ent.ApplicationContactQuery) {
		q.Where(partOpenedTo(v, domain.GroupContact.Bit()))
	})
}

// LookingAt has a list keep the applications of which the viewer may see the group: its
// filters and orders on a group say so, for a condition on a column must not tell of rows
// whose column is hidden. It is for filters that all hold: not within a choice of some.
func LookingAt(group domain.ColumnGroup) predicate.Application { return lookingAt(group) }
