package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/managedchange"
)

// ManagedChanges lists what changed of a dwelling.
func (r queryResolver) ManagedChanges(ctx context.Context, of domain.ID, first int, afterID *domain.ID) ([]*ent.ManagedChange, error) {
	if err := domain.PageOf(first, maxListed); err != nil {
		return nil, err
	}
	q, err := r.ent.ManagedChange.Query().Where(managedchange.DwellingID(of)).Limit(first).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	if afterID != nil {
		q.Where(managedchange.IDGT(*afterID))
	}
	return q.All(ctx)
}

// Differences are the values that changed.
func (managedChangeResolver) Differences(_ context.Context, c *ent.ManagedChange) ([]*domain.ManagedDifference, error) {
	return pointers(c.Before.Differences(c.After)), nil
}
