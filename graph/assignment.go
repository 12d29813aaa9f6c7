package graph

import (
	"cmp"
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
)

// maxAssignments bounds what one person is assigned to on one day.
const maxAssignments = 50

// Assignments lists what the viewer is assigned to today.
func (r viewerResolver) Assignments(ctx context.Context, _ *auth.Viewer) ([]*ent.Assignment, error) {
	q, err := r.ent.Assignment.Query().CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.Limit(maxAssignments).All(ctx)
}

// ReceptionPoints lists where the assignment is held, in a fixed order.
func (assignmentResolver) ReceptionPoints(ctx context.Context, a *ent.Assignment) ([]*ent.ReceptionPoint, error) {
	points, err := a.NamedReceptionPoints(alias(ctx))
	if ent.IsNotLoaded(err) {
		points, err = a.QueryReceptionPoints().All(ctx)
	}
	return sorted(points, func(p *ent.ReceptionPoint) domain.ID { return p.ID }), err
}

// sorted puts the items of a list that is no connection in a fixed order: the
// database gives them in any.
func sorted[T any](items []T, id func(T) domain.ID) []T {
	return slices.SortedFunc(slices.Values(items), func(a, b T) int { return cmp.Compare(id(a), id(b)) })
}
