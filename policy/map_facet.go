package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy/guard"
)

// What a map shows of the stock is counted from open data: everybody sees it.
func installMapFacet() {
	guard.Register("MapFacet", func(*auth.Viewer, *ent.MapFacetQuery) {})
	guard.Register("MapVersion", func(*auth.Viewer, *ent.MapVersionQuery) {})
}

// LoadMap reads what every caller sees on a map, before anyone asks.
func LoadMap(ctx context.Context) context.Context { return guard.Grant(ctx, "load map") }
