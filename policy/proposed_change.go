package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/proposedchange"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A proposed change may hold anything of three groups: it is shown to who sees them all.
func installProposedChange() {
	guard.Register("ProposedChange", func(v *auth.Viewer, q *ent.ProposedChangeQuery) {
		// One by one: two grounds may open them together.
		for _, g := range []domain.ColumnGroup{domain.GroupSummary, domain.GroupFile, domain.GroupContact} {
			q.Where(partOpenedTo(v, g.Bit()))
		}
		q.Where(firstProposed).Order(proposedchange.ByApplicationID(), proposedchange.ByID())
	})
}

// DecideChange decides whether the viewer, who may decide on changes of the application,
// may decide on this one: somebody else than who proposed it.
func DecideChange(ctx context.Context, proposed *ent.ProposedChange) error {
	if v := auth.FromContext(ctx); v.PersonID != "" && v.PersonID == proposed.ProposedByID {
		return notYourself()
	}
	return nil
}
