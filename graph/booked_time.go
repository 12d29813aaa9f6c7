package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/bookedtime"
)

// The bounds of an agenda.
const (
	maxAgendaDays  = 31
	maxBookedTimes = 500
)

// Agenda lists the time that appointments take at a point.
func (r queryResolver) Agenda(ctx context.Context, point domain.ID, first *domain.Date, days int) ([]*ent.BookedTime, error) {
	from := auth.FromContext(ctx).Today()
	if first != nil {
		from = *first
	}
	if days < 1 || days > maxAgendaDays {
		return nil, errAgendaDays
	}
	q, err := r.ent.BookedTime.Query().Where(
		bookedtime.ReceptionPointID(point), bookedtime.StartsAtGTE(from.At(0)), bookedtime.StartsAtLT(from.AddDays(days).At(0)),
	).Limit(maxBookedTimes).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.All(ctx)
}

var errAgendaDays = &domain.Error{Code: domain.BadRequest, Reason: "PERIOD", Field: "days", Message: domain.Text{
	EN: "Ask for 1 to 31 days.", FR: "Demander de 1 à 31 jours.",
}}

// Appointment is that of the time, if the viewer sees it.
func (bookedTimeResolver) Appointment(ctx context.Context, b *ent.BookedTime) (*ent.Appointment, error) {
	a, err := b.Appointment(ctx)
	return a, ent.MaskNotFound(err)
}
