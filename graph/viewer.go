package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
)

// Viewer is who the request is answered for.
func (r queryResolver) Viewer(ctx context.Context) (*auth.Viewer, error) {
	return auth.FromContext(ctx), nil
}
