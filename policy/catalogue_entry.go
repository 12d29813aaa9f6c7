package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/catalogueentry"
	"github.com/guichet-logement/guichet/policy/guard"
)

// The catalogue is public, and read in its own order.
func installCatalogueEntry() {
	guard.Register("CatalogueEntry", func(_ *auth.Viewer, q *ent.CatalogueEntryQuery) {
		q.Order(catalogueentry.ByPosition(), catalogueentry.ByID())
	})
}
