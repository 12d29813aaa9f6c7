package policy

import (
	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/applicationevent"
	"github.com/guichet-logement/guichet/policy/guard"
)

// The history is of the column group SUMMARY, the latest first.
func installApplicationEvent() {
	guard.Register("ApplicationEvent", func(v *auth.Viewer, q *ent.ApplicationEventQuery) {
		q.Where(partOpenedTo(v, domain.GroupSummary.Bit()), latestEvents).
			Order(applicationevent.ByApplicationID(), applicationevent.ByPosition(sql.OrderDesc()))
	})
}
