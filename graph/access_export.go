package graph

import (
	"context"

	"github.com/guichet-logement/guichet/graph/model"
)

// PrepareAccessExport prepares the answer to who asks what is kept of it.
func (r mutationResolver) PrepareAccessExport(
	ctx context.Context, in model.PrepareAccessExportInput,
) (*model.PrepareAccessExportPayload, error) {
	ticket, err := r.service.PrepareAccessExport(ctx, in.UniqueNumber)
	refused, err := userErrors(ctx, err)
	return &model.PrepareAccessExportPayload{Ticket: ticket, Errors: refused}, err
}
