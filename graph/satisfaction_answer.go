package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// Satisfaction tells what people thought of their appointments.
func (r queryResolver) Satisfaction(ctx context.Context, from domain.Date, months int, points []domain.ID) ([]*service.SatisfactionMonth, error) {
	if err := tooMany("receptionPointIds", len(points)); err != nil {
		return nil, err
	}
	return r.service.Satisfaction(ctx, service.SatisfactionSearch{From: from, Months: months, Points: points})
}

// AnswerSatisfaction takes what somebody thinks.
func (r mutationResolver) AnswerSatisfaction(ctx context.Context, in model.AnswerSatisfactionInput) (*model.AnswerSatisfactionPayload, error) {
	err := r.service.AnswerSatisfaction(ctx, in.Code, domain.Satisfaction{Overall: in.Overall, Clarity: in.Clarity, Waiting: in.Waiting})
	refused, err := userErrors(ctx, err)
	return &model.AnswerSatisfactionPayload{Errors: refused}, err
}
