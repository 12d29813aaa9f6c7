package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Where the open stock comes from is as open as the stock.
func installStockVintage() {
	guard.Register("StockVintage", func(*auth.Viewer, *ent.StockVintageQuery) {})
}
