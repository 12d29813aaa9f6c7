package graph

import (
	"context"

	"github.com/guichet-logement/guichet/graph/model"
)

// CorrectApplication corrects an application.
func (r mutationResolver) CorrectApplication(ctx context.Context, in model.CorrectApplicationInput) (*model.CorrectApplicationPayload, error) {
	a, err := r.service.CorrectApplication(ctx, in.ApplicationID, *in.Versions, *in.Correction)
	refused, err := userErrors(ctx, err)
	return &model.CorrectApplicationPayload{Application: a, Errors: refused}, err
}
