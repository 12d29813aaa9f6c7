package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/reservationright"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// ReservationRights lists reservation rights.
func (r queryResolver) ReservationRights(ctx context.Context, first int, afterID *domain.ID, where *model.ReservationRightFilter) ([]*ent.ReservationRight, error) {
	if err := domain.PageOf(first, maxListed); err != nil {
		return nil, err
	}
	q, err := r.ent.ReservationRight.Query().Limit(first).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	if afterID != nil {
		q.Where(reservationright.IDGT(*afterID))
	}
	if err := suchRights(q, where); err != nil {
		return nil, err
	}
	return q.All(ctx)
}

// suchRights keeps the rights that a filter asks for.
func suchRights(q *ent.ReservationRightQuery, where *model.ReservationRightFilter) error {
	if where == nil {
		return nil
	}
	if where.Landlords != nil {
		q.Where(reservationright.LandlordIDIn(where.Landlords...))
	}
	if where.Reservataires != nil {
		q.Where(reservationright.ReservataireIDIn(where.Reservataires...))
	}
	if where.States != nil {
		q.Where(reservationright.StateIn(where.States...))
	}
	if where.InForceOn != nil {
		q.Where(service.ReservationInForce(*where.InForceOn))
	}
	if err := tooMany("where.landlords", len(where.Landlords)); err != nil {
		return err
	}
	return tooMany("where.reservataires", len(where.Reservataires))
}

// ReservationBalance tells what was offered and let in a year.
func (r queryResolver) ReservationBalance(ctx context.Context, landlord domain.ID, year int) ([]*service.ReservationBalance, error) {
	return r.service.ReservationBalance(ctx, landlord, year)
}

// ProposeReservationRight proposes a right.
func (r mutationResolver) ProposeReservationRight(ctx context.Context, in model.ProposeReservationRightInput) (*model.ProposeReservationRightPayload, error) {
	right, err := r.service.ProposeReservationRight(ctx, in.LandlordID, in.ReservataireID, domain.ReservationPlan{
		Mode: in.Mode, Share: in.Share, Dwellings: in.DwellingIds, SubContingent: in.SubContingent,
		Agreement: in.Agreement, From: in.ValidFrom, Until: dateOr(in.ValidUntil),
	})
	refused, err := userErrors(ctx, err)
	return &model.ProposeReservationRightPayload{Right: right, Errors: refused}, err
}

// ConfirmReservationRight confirms a right.
func (r mutationResolver) ConfirmReservationRight(ctx context.Context, in model.ConfirmReservationRightInput) (*model.ConfirmReservationRightPayload, error) {
	right, err := r.service.ConfirmReservationRight(ctx, in.ID, in.Version)
	refused, err := userErrors(ctx, err)
	return &model.ConfirmReservationRightPayload{Right: right, Errors: refused}, err
}

// EndReservationRight ends a right.
func (r mutationResolver) EndReservationRight(ctx context.Context, in model.EndReservationRightInput) (*model.EndReservationRightPayload, error) {
	right, err := r.service.EndReservationRight(ctx, in.ID, in.Version, dateOr(in.On))
	refused, err := userErrors(ctx, err)
	return &model.EndReservationRightPayload{Right: right, Errors: refused}, err
}
