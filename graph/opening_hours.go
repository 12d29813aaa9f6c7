package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
)

// maxOpeningDays bounds openingDays(days:).
const maxOpeningDays = 62

// Intervals lists when the doors are open.
func (openingHoursResolver) Intervals(_ context.Context, h *ent.OpeningHours) ([]*domain.OpeningInterval, error) {
	return pointers(h.Intervals), nil
}

// OpeningDays puts weekly hours, exceptions and public holidays together, from
// the rows that were loaded with the point.
func (receptionPointResolver) OpeningDays(ctx context.Context, p *ent.ReceptionPoint, days int) ([]*model.OpeningDay, error) {
	if days < 1 || days > maxOpeningDays {
		return nil, errTooManyDays
	}
	rows, err := p.NamedOpeningHours(alias(ctx))
	if ent.IsNotLoaded(err) {
		rows, err = p.QueryOpeningHours().All(ctx)
	}
	if err != nil {
		return nil, err
	}
	v := auth.FromContext(ctx)
	return openingDays(openingHours(rows).Days(v.Day(), days), v.Language), nil
}

var errTooManyDays = &domain.Error{
	Code: domain.BadRequest, Reason: "TOO_MANY_DAYS", Field: "days", Message: domain.Text{
		EN: "Ask for 1 to 62 days.", FR: "Demander de 1 à 62 jours.",
	},
}

func openingDays(schedules []domain.DaySchedule, l domain.Language) []*model.OpeningDay {
	answer := make([]*model.OpeningDay, len(schedules))
	for i, s := range schedules {
		answer[i] = openingDay(s, l)
	}
	return answer
}

func openingDay(s domain.DaySchedule, l domain.Language) *model.OpeningDay {
	day := &model.OpeningDay{Date: s.Date, Open: pointers(s.Intervals)}
	if s.Holiday != nil {
		label := s.Holiday.Label.In(l)
		day.Holiday = &label
	}
	if s.Exception != nil {
		day.ExceptionReason = &s.Exception.Reason
	}
	return day
}

// openingHours reads rows as the rules and exceptions that they are.
func openingHours(rows []*ent.OpeningHours) domain.OpeningHours {
	var h domain.OpeningHours
	for _, r := range rows {
		var until domain.Date
		if r.ValidUntil != nil {
			until = *r.ValidUntil
		}
		if r.Weekday != nil {
			h.Weekly = append(h.Weekly, domain.WeeklyOpening{
				Weekday: *r.Weekday, Intervals: r.Intervals, From: r.ValidFrom, Until: until,
			})
			continue
		}
		e := domain.OpeningException{From: r.ValidFrom, Until: until, Intervals: r.Intervals}
		if r.Reason != nil {
			e.Reason = *r.Reason
		}
		h.Exceptions = append(h.Exceptions, e)
	}
	return h
}

func pointers[T any](values []T) []*T {
	out := make([]*T, len(values))
	for i := range values {
		out[i] = &values[i]
	}
	return out
}

// DeclareOpeningException declares an exception.
func (r mutationResolver) DeclareOpeningException(
	ctx context.Context, in model.DeclareOpeningExceptionInput,
) (*model.DeclareOpeningExceptionPayload, error) {
	e := domain.OpeningException{From: in.From, Until: in.Until, Reason: in.Reason}
	for _, i := range in.Intervals {
		e.Intervals = append(e.Intervals, *i)
	}
	hours, point, err := r.service.DeclareOpeningException(ctx, in.ReceptionPointID, e, in.Version)
	refused, err := userErrors(ctx, err)
	return &model.DeclareOpeningExceptionPayload{OpeningHours: hours, ReceptionPoint: point, Errors: refused}, err
}

// WithdrawOpeningException withdraws an exception.
func (r mutationResolver) WithdrawOpeningException(
	ctx context.Context, in model.WithdrawOpeningExceptionInput,
) (*model.WithdrawOpeningExceptionPayload, error) {
	point, err := r.service.WithdrawOpeningException(ctx, in.ID, in.Version)
	refused, err := userErrors(ctx, err)
	return &model.WithdrawOpeningExceptionPayload{ReceptionPoint: point, Errors: refused}, err
}
