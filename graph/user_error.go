package graph

import (
	"context"
	"errors"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// maxUserErrors bounds the refusals of one command.
const maxUserErrors = 20

// userErrors takes the refusals of a command out of its error and puts them in
// the words of the contract; anything else passes through.
func userErrors(ctx context.Context, err error) ([]model.UserError, error) {
	var refusals domain.Refusals
	if !errors.As(err, &refusals) {
		return []model.UserError{}, err
	}
	l := auth.FromContext(ctx).Language
	out := make([]model.UserError, 0, len(refusals))
	for _, r := range refusals[:min(len(refusals), maxUserErrors)] {
		out = append(out, userError(r, l))
	}
	return out, nil
}

func userError(r *domain.Refusal, l domain.Language) model.UserError {
	var help *string
	if r.Help != (domain.Text{}) {
		text := r.Help.In(l)
		help = &text
	}
	switch {
	case r.Conflict != nil:
		return &model.StaleVersionError{
			Code: r.Code, Field: r.Field, Message: r.Message.In(l), Help: help,
			Yours: r.Conflict.Yours, Theirs: r.Conflict.Theirs, Values: pointers(r.Conflict.Values),
		}
	case r.Allowed != nil:
		return &model.IllegalTransitionError{
			Code: r.Code, Field: r.Field, Message: r.Message.In(l), Help: help, Allowed: r.Allowed,
		}
	case r.Slots != nil:
		return &model.SlotTakenError{
			Code: r.Code, Field: r.Field, Message: r.Message.In(l), Help: help, Alternatives: pointers(r.Slots),
		}
	case r.Needed != nil:
		return &model.LevelTooLowError{
			Code: r.Code, Field: r.Field, Message: r.Message.In(l), Help: help,
			Required: r.Needed.Level, At: r.Needed.ReceptionPointID,
		}
	}
	return &model.InputError{Code: r.Code, Field: r.Field, Message: r.Message.In(l), Help: help}
}

// nearbyCount is how many points are named instead of one whose level is too low.
const nearbyCount = 5

// NearbyPoints are the nearest points whose level is enough.
func (r levelTooLowErrorResolver) NearbyPoints(ctx context.Context, e *model.LevelTooLowError) ([]*ent.ReceptionPoint, error) {
	at, err := r.ent.ReceptionPoint.Get(ctx, e.At)
	if err != nil {
		return nil, err
	}
	levels := []int{domain.RegistrationLevel, domain.SpecialisedLevel}
	q := r.ent.ReceptionPoint.Query().Where(service.AtLevels(auth.FromContext(ctx), slices.DeleteFunc(levels, func(l int) bool { return l < e.Required })...))
	return service.NearestReceptionPoints(ctx, q, domain.Coordinates{Latitude: at.Latitude, Longitude: at.Longitude}, nearbyCount)
}

// NextSlots are the next free slots of the nearest points whose level is enough.
func (r levelTooLowErrorResolver) NextSlots(ctx context.Context, e *model.LevelTooLowError) ([]*domain.Slot, error) {
	near, err := r.NearbyPoints(ctx, e)
	if err != nil {
		return nil, err
	}
	next, err := r.service.NextSlots(ctx, e.Required, near)
	return pointers(next), err
}
