package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/graph/model"
)

// JoinWaitingList puts an application on the waiting list.
func (r mutationResolver) JoinWaitingList(ctx context.Context, in model.JoinWaitingListInput) (*model.JoinWaitingListPayload, error) {
	place, err := r.service.JoinWaitingList(ctx, in.ApplicationID, domain.Waiting{
		Motive: domain.MotiveCode(in.Motive), Mode: in.Mode, Points: in.ReceptionPointIds, Until: in.Until,
	})
	refused, err := userErrors(ctx, err)
	return &model.JoinWaitingListPayload{WaitingPlace: place, Errors: refused}, err
}

// LeaveWaitingList gives a place up.
func (r mutationResolver) LeaveWaitingList(ctx context.Context, in model.LeaveWaitingListInput) (*model.LeaveWaitingListPayload, error) {
	place, err := r.service.LeaveWaitingList(ctx, in.ID)
	refused, err := userErrors(ctx, err)
	return &model.LeaveWaitingListPayload{WaitingPlace: place, Errors: refused}, err
}

// TakeWaitingOffer books what is held for a place.
func (r mutationResolver) TakeWaitingOffer(ctx context.Context, in model.TakeWaitingOfferInput) (*model.TakeWaitingOfferPayload, error) {
	a, err := r.service.TakeWaitingOffer(ctx, in.ID, in.ParticipantIds)
	refused, err := userErrors(ctx, err)
	return &model.TakeWaitingOfferPayload{Appointment: a, Errors: refused}, err
}
