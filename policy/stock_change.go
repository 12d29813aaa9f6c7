package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy/guard"
)

// What changed in the open stock is as open as the stock.
func installStockChange() {
	guard.Register("StockChange", func(*auth.Viewer, *ent.StockChangeQuery) {})
}
