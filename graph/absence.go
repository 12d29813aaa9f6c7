package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// Absences lists what is not there at a point.
func (r queryResolver) Absences(ctx context.Context, point domain.ID, first int) ([]*ent.Absence, error) {
	if err := domain.PageOf(first, maxListed); err != nil {
		return nil, err
	}
	q, err := r.ent.Absence.Query().Where(service.AbsentFrom(ctx, point)).Limit(first).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.All(ctx)
}

// DeclareAbsence declares an absence.
func (r mutationResolver) DeclareAbsence(ctx context.Context, in model.DeclareAbsenceInput) (*model.DeclareAbsencePayload, error) {
	a, hit, err := r.service.DeclareAbsence(ctx, domain.Absence{
		PersonID: valueOr(in.PersonID), RoomID: valueOr(in.RoomID), ReceptionPointID: valueOr(in.ReceptionPointID),
		Period: domain.Period{From: in.StartsAt, Until: in.EndsAt}, Reason: in.Reason,
	})
	refused, err := userErrors(ctx, err)
	return &model.DeclareAbsencePayload{Absence: a, Hit: listed(hit), Errors: refused}, err
}

// WithdrawAbsence takes an absence back.
func (r mutationResolver) WithdrawAbsence(ctx context.Context, in model.WithdrawAbsenceInput) (*model.WithdrawAbsencePayload, error) {
	id, err := r.service.WithdrawAbsence(ctx, in.ID)
	refused, err := userErrors(ctx, err)
	if err != nil || len(refused) > 0 {
		return &model.WithdrawAbsencePayload{Errors: refused}, err
	}
	return &model.WithdrawAbsencePayload{WithdrawnID: &id, Errors: refused}, nil
}
