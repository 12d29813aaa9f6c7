package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Communes are part of the public directory.
func installCommune() {
	guard.Register("Commune", func(*auth.Viewer, *ent.CommuneQuery) {})
}
