package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy/guard"
)

// What was published is for anyone.
func installPublishedRents() {
	guard.Register("PublishedRents", func(*auth.Viewer, *ent.PublishedRentsQuery) {})
}
