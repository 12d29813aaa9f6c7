package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/ownership"
	"github.com/guichet-logement/guichet/policy/guard"
)

// The landlord's name is open, as the rest of the official file.
func installOwnership() {
	guard.Register("Ownership", func(_ *auth.Viewer, q *ent.OwnershipQuery) { q.Order(ownership.ByID()) })
}
