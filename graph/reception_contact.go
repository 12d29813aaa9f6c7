package graph

import (
	"context"

	"github.com/guichet-logement/guichet/graph/model"
)

// RecordContact records a contact at a point.
func (r mutationResolver) RecordContact(ctx context.Context, in model.RecordContactInput) (*model.RecordContactPayload, error) {
	contact, err := r.service.RecordContact(ctx, in.ReceptionPointID, in.Channel)
	refused, err := userErrors(ctx, err)
	return &model.RecordContactPayload{Contact: contact, Errors: refused}, err
}
