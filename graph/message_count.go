package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

// MessageCosts tells what messages to applicants cost.
func (r queryResolver) MessageCosts(
	ctx context.Context, from domain.Date, months int, organisation *domain.ID, points []domain.ID,
) ([]*domain.MessageCost, error) {
	if err := tooMany("receptionPointIds", len(points)); err != nil {
		return nil, err
	}
	return r.service.MessageCosts(ctx, service.MessageCostSearch{From: from, Months: months, OrganisationID: valueOr(organisation), Points: points})
}
