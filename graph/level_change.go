package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/levelchange"
	"github.com/guichet-logement/guichet/graph/model"
)

// LevelChanges lists the requests for another level.
func (r queryResolver) LevelChanges(ctx context.Context, first int, afterID *domain.ID, states []domain.LevelChangeState) ([]*ent.LevelChange, error) {
	if err := domain.PageOf(first, maxListed); err != nil {
		return nil, err
	}
	q, err := r.ent.LevelChange.Query().Limit(first).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	if afterID != nil {
		q.Where(levelchange.IDGT(*afterID))
	}
	if states != nil {
		q.Where(levelchange.StateIn(states...))
	}
	return q.All(ctx)
}

// RequestLevelChange asks for another level.
func (r mutationResolver) RequestLevelChange(ctx context.Context, in model.RequestLevelChangeInput) (*model.RequestLevelChangePayload, error) {
	c, err := r.service.RequestLevelChange(ctx, in.ReceptionPointID, domain.LevelAndMeans{Level: in.Level, Means: in.Means}, in.From)
	refused, err := userErrors(ctx, err)
	return &model.RequestLevelChangePayload{LevelChange: c, Errors: refused}, err
}

// AnswerLevelChange answers such a request.
func (r mutationResolver) AnswerLevelChange(ctx context.Context, in model.AnswerLevelChangeInput) (*model.AnswerLevelChangePayload, error) {
	c, err := r.service.AnswerLevelChange(ctx, in.ID, in.GrantedFrom, in.RefusedFor)
	refused, err := userErrors(ctx, err)
	return &model.AnswerLevelChangePayload{LevelChange: c, Errors: refused}, err
}
