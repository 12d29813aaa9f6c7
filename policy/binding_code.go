package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/bindingcode"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A code is shown once, to who hands it over.
func installBindingCode() {
	guard.Register("BindingCode", func(_ *auth.Viewer, q *ent.BindingCodeQuery) { q.Where(bindingcode.IDIn()) })
}

// IssueBindingCode decides whether the viewer, who holds these grounds on an
// application, may have a code made for an adult of it, and returns the claim by which
// it does: one of a point that follows the application or received the applicant.
func IssueBindingCode(ctx context.Context, held []Claim) (context.Context, *Claim, error) {
	if _, err := identified(ctx); err != nil {
		return nil, nil, err
	}
	for i, c := range held {
		if c.Assignment != nil && receives(*c.Assignment) && (c.Rule.Ground == domain.GroundFollowed || c.Rule.Ground == domain.GroundReceived) {
			return guard.Grant(ctx, "issue binding code", "BindingCode"), &held[i], nil
		}
	}
	return nil, nil, forbidden()
}
