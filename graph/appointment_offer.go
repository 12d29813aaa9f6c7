package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// State is what became of the offer by today.
func (appointmentOfferResolver) State(ctx context.Context, o *ent.AppointmentOffer) (domain.AppointmentOfferState, error) {
	return service.AppointmentOfferOn(o, auth.FromContext(ctx).Today()), nil
}

// AppointmentOffers keeps the applications with an offer in one of these states.
func (applicationFilterResolver) AppointmentOffers(ctx context.Context, where *ent.ApplicationWhereInput, states []domain.AppointmentOfferState) error {
	if states != nil {
		where.AddPredicates(service.WithAppointmentOffer(auth.FromContext(ctx), states))
	}
	return tooMany("where.appointmentOffers", len(states))
}

// DeclineAppointmentOffer declines an appointment that the service offers.
func (r mutationResolver) DeclineAppointmentOffer(ctx context.Context, in model.DeclineAppointmentOfferInput) (*model.DeclineAppointmentOfferPayload, error) {
	a, err := r.service.DeclineAppointmentOffer(ctx, in.ID)
	refused, err := userErrors(ctx, err)
	return &model.DeclineAppointmentOfferPayload{Application: a, Errors: refused}, err
}
