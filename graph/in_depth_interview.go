package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/service"
)

// InDepthReasons are why an application calls for an in-depth interview.
func (r applicationResolver) InDepthReasons(ctx context.Context, a *ent.Application) ([]domain.InDepthReason, error) {
	return r.service.InDepthReasons(ctx, a)
}

// InDepthReason keeps the applications that call for an in-depth interview for that reason.
func (applicationFilterResolver) InDepthReason(ctx context.Context, where *ent.ApplicationWhereInput, reason *domain.InDepthReason) error {
	if reason != nil {
		where.AddPredicates(service.CallingInDepth(auth.FromContext(ctx), *reason))
	}
	return nil
}
