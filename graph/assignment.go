package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
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
