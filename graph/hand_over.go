package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
)

// HandOvers lists the offers that wait at the viewer's points.
func (r queryResolver) HandOvers(ctx context.Context, first int) ([]*ent.HandOver, error) {
	if err := domain.PageOf(first, maxListed); err != nil {
		return nil, err
	}
	q, err := r.ent.HandOver.Query().Limit(first).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.All(ctx)
}

// HandOverApplication offers an application to another point.
func (r mutationResolver) HandOverApplication(ctx context.Context, in model.HandOverApplicationInput) (*model.HandOverApplicationPayload, error) {
	a, err := r.service.HandOverApplication(ctx, in.ApplicationID, in.ReceptionPointID)
	refused, err := userErrors(ctx, err)
	return &model.HandOverApplicationPayload{Application: a, Errors: refused}, err
}

// AcceptHandOver accepts an offer.
func (r mutationResolver) AcceptHandOver(ctx context.Context, in model.AcceptHandOverInput) (*model.AcceptHandOverPayload, error) {
	var code string
	if in.Code != nil {
		code = *in.Code
	}
	a, err := r.service.AcceptHandOver(ctx, in.ID, code)
	refused, err := userErrors(ctx, err)
	return &model.AcceptHandOverPayload{Application: a, Errors: refused}, err
}

// DeclineHandOver takes an offer away.
func (r mutationResolver) DeclineHandOver(ctx context.Context, in model.DeclineHandOverInput) (*model.DeclineHandOverPayload, error) {
	id, err := r.service.DeclineHandOver(ctx, in.ID)
	refused, err := userErrors(ctx, err)
	if err != nil || len(refused) > 0 {
		return &model.DeclineHandOverPayload{Errors: refused}, err
	}
	return &model.DeclineHandOverPayload{DeclinedID: &id, Errors: refused}, nil
}
