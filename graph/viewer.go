package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
)

// maxAssignments bounds what one person is assigned to on one day.
const maxAssignments = 50

// Viewer is who the request is answered for.
func (r queryResolver) Viewer(ctx context.Context) (*auth.Viewer, error) {
	return auth.FromContext(ctx), nil
}

// Assignments lists what the viewer is assigned to today.
func (r viewerResolver) Assignments(ctx context.Context, _ *auth.Viewer) ([]*ent.Assignment, error) {
	q, err := r.ent.Assignment.Query().CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.Limit(maxAssignments).All(ctx)
}

// GivenName is the viewer's own; an anonymous caller has none.
func (viewerResolver) GivenName(_ context.Context, v *auth.Viewer) (*string, error) {
	return unlessEmpty(v.GivenName), nil
}

// FamilyName is the viewer's own; an anonymous caller has none.
func (viewerResolver) FamilyName(_ context.Context, v *auth.Viewer) (*string, error) {
	return unlessEmpty(v.FamilyName), nil
}

func unlessEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
