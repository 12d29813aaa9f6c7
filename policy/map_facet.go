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

// SeeMap decides whether who asks may read facets in a statement of its own: whoever may read
// all of them, to whom their scope adds nothing.
func SeeMap(ctx context.Context) error {
	return guard.Policy{Type: "MapFacet"}.EvalQuery(ctx, (*ent.MapFacetQuery)(nil))
}

// LoadMap reads what every caller sees on a map, before anyone asks.
func LoadMap(ctx context.Context) context.Context { return guard.Grant(ctx, "load map") }
