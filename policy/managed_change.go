package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/managedchange"
	"github.com/guichet-logement/guichet/policy/guard"
)

// What was said before is seen by the landlord, by the holders of a right on the dwelling by
// name, and by the Métropole. Who is offered one vacancy sees what is managed now.
func installManagedChange() {
	guard.Register("ManagedChange", func(v *auth.Viewer, q *ent.ManagedChangeQuery) {
		if p := stockReading(v).lasting(v.Today()); p != nil {
			q.Where(managedchange.HasDwellingWith(p))
		}
		q.Order(managedchange.ByID())
		alsoSelect(q, managedchange.FieldBefore, managedchange.FieldAfter)
	})
}
