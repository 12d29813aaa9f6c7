package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Organisations are part of the public directory.
func installOrganisation() {
	guard.Register("Organisation", func(*auth.Viewer, *ent.OrganisationQuery) {})
}
