package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/service"
)

// Rights lists what the viewer's assignments open in applications.
func (viewerResolver) Rights(_ context.Context, v *auth.Viewer) ([]*service.Right, error) {
	return service.Rights(v), nil
}
