package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/availability"
	"github.com/guichet-logement/guichet/graph/model"
)

// Availabilities lists when the staff of a point receives.
func (r queryResolver) Availabilities(ctx context.Context, point domain.ID, first int) ([]*ent.Availability, error) {
	if err := domain.PageOf(first, maxListed); err != nil {
		return nil, err
	}
	q, err := r.ent.Availability.Query().Where(availability.ReceptionPointID(point)).Limit(first).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.All(ctx)
}

// Person is whose time it is, if the viewer sees that person.
func (availabilityResolver) Person(ctx context.Context, a *ent.Availability) (*ent.Person, error) {
	p, err := a.Person(ctx)
	return p, ent.MaskNotFound(err)
}

// OpenAvailability opens time to appointments.
func (r mutationResolver) OpenAvailability(ctx context.Context, in model.OpenAvailabilityInput) (*model.OpenAvailabilityPayload, error) {
	a, err := r.service.OpenAvailability(ctx, domain.Availability{
		PersonID: in.PersonID, ReceptionPointID: in.ReceptionPointID, RoomID: valueOr(in.RoomID), Rule: valueOr(in.Rule),
		FirstDay: in.FirstDay, Until: dateOr(in.ValidUntil), Opens: in.Opens, Closes: in.Closes,
		Motives: motivesOf(in.Motives), Modes: in.Modes,
	})
	refused, err := userErrors(ctx, err)
	return &model.OpenAvailabilityPayload{Availability: a, Errors: refused}, err
}

func motivesOf(codes []string) []domain.MotiveCode {
	motives := make([]domain.MotiveCode, len(codes))
	for i, code := range codes {
		motives[i] = domain.MotiveCode(code)
	}
	return motives
}

// ChangeOccurrence changes one day.
func (r mutationResolver) ChangeOccurrence(ctx context.Context, in model.ChangeOccurrenceInput) (*model.ChangeOccurrencePayload, error) {
	a, hit, err := r.service.ChangeOccurrence(ctx, in.ID, in.Version, domain.OccurrenceChange{
		Day: in.Day, Opens: valueOr(in.Opens), Closes: valueOr(in.Closes),
	})
	refused, err := userErrors(ctx, err)
	return &model.ChangeOccurrencePayload{Availability: a, Hit: listed(hit), Errors: refused}, err
}

// EndAvailability ends an availability.
func (r mutationResolver) EndAvailability(ctx context.Context, in model.EndAvailabilityInput) (*model.EndAvailabilityPayload, error) {
	a, hit, err := r.service.EndAvailability(ctx, in.ID, in.Version, dateOr(in.ValidUntil))
	refused, err := userErrors(ctx, err)
	return &model.EndAvailabilityPayload{Availability: a, Hit: listed(hit), Errors: refused}, err
}

// listed is a list that is never null.
func listed[T any](of []T) []T {
	if of == nil {
		return []T{}
	}
	return of
}
