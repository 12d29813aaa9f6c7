package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy/guard"
)

// The stock of the official file is open data: everybody sees every dwelling.
// What landlords manage is an entity of its own, ManagedDwelling.
func installDwelling() {
	guard.Register("Dwelling", func(*auth.Viewer, *ent.DwellingQuery) {})
}
