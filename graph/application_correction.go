package graph

import (
	"context"

	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// CorrectApplication corrects an application.
func (r mutationResolver) CorrectApplication(ctx context.Context, in model.CorrectApplicationInput) (*model.CorrectApplicationPayload, error) {
	if err := tooMany("overrule", len(in.Overrule)); err != nil {
		return nil, err
	}
	a, err := r.service.CorrectApplication(ctx, in.ApplicationID, service.Correction{
		ApplicationCorrection: *in.Correction, Versions: in.Versions, Source: in.Source, Overrule: in.Overrule,
	})
	refused, err := userErrors(ctx, err)
	return &model.CorrectApplicationPayload{Application: a, Errors: refused}, err
}
