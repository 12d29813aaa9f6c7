package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/service"
)

// Masked lists the column groups that are hidden from the viewer.
func (applicationResolver) Masked(ctx context.Context, a *ent.Application) ([]domain.ColumnGroup, error) {
	return service.MaskedGroups(auth.FromContext(ctx), a), nil
}
