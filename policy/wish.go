package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/wish"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Wishes are of the column group SUMMARY.
func installWish() {
	guard.Register("Wish", func(v *auth.Viewer, q *ent.WishQuery) {
		q.Where(partOpenedTo(v, domain.GroupSummary.Bit())).
			Order(wish.ByApplicationID(), wish.ByRank())
	})
}
