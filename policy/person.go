package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A person is visible to itself.
func installPerson() {
	guard.Register("Person", func(v *auth.Viewer, q *ent.PersonQuery) {
		q.Where(person.ID(v.PersonID))
	})
}
