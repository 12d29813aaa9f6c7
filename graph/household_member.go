package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
)

// Age is how old the member is today.
func (householdMemberResolver) Age(ctx context.Context, m *ent.HouseholdMember) (*int, error) {
	if m.BornIn == nil {
		return nil, nil
	}
	age := domain.Age(*m.BornIn, auth.FromContext(ctx).Today())
	return &age, nil
}
