package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// Slots looks for times at which an appointment can be had.
func (r queryResolver) Slots(ctx context.Context, where model.SlotFilter, first int) (*service.SlotPage, error) {
	search := service.SlotSearch{
		Motive: domain.MotiveCode(where.Motive), Mode: where.Mode, Points: where.ReceptionPointIds,
		From: where.From, Until: where.Until, First: first,
	}
	if where.After != nil {
		search.After = &domain.Slot{ReceptionPointID: where.After.ReceptionPointID, From: where.After.StartsAt}
	}
	return r.service.Slots(ctx, search)
}

// ReceptionPoints are those of the slots of the page.
func (r slotPageResolver) ReceptionPoints(ctx context.Context, page *service.SlotPage) ([]*ent.ReceptionPoint, error) {
	q, err := r.ent.ReceptionPoint.Query().Where(page.OfSlots()).Order(receptionpoint.ByID()).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.All(ctx)
}
