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

// ExplainAccess tells why a member of staff sees an application, or does not.
func (r queryResolver) ExplainAccess(ctx context.Context, n domain.UniqueNumber, personID domain.ID) (*service.AccessExplanation, error) {
	return r.service.ExplainAccess(ctx, n, personID)
}

// AccessLog lists who saw or changed an application.
func (r queryResolver) AccessLog(
	ctx context.Context, n domain.UniqueNumber, first int, after *domain.ID,
) ([]*service.AccessLogEntry, error) {
	var from domain.ID
	if after != nil {
		from = *after
	}
	return r.service.AccessLog(ctx, n, first, from)
}
