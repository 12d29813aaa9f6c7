package service

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/appointmentoffer"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy"
)

// offerAppointment offers the appointment that comes with a registration or a renewal, and
// tells the applicant.
func (l *living) offerAppointment(ctx context.Context, motive domain.MotiveCode) error {
	ctx = policy.OfferAppointment(ctx)
	bookBy := l.today.AddDays(policy.SettingsOn(l.today).OfferDays)
	made, err := l.tx.AppointmentOffer.Query().
		Where(appointmentoffer.ApplicationID(l.life.ID), appointmentoffer.Motive(motive), appointmentoffer.OfferedOn(l.today)).Exist(ctx)
	if err != nil || made {
		return err
	}
	err = l.tx.AppointmentOffer.Create().SetApplicationID(l.life.ID).SetMotive(motive).SetOfferedOn(l.today).SetBookBy(bookBy).Exec(ctx)
	if err != nil {
		return err
	}
	return l.s.queue(ctx, l.tx, l.life.ID, news{
		kind: domain.MessageAppointmentOffer, about: bookBy.At(0), due: storedInstant(l.at(ctx)), worthless: bookBy.AddDays(1).At(0),
	})
}

// takeOffer notes that an appointment was booked on the last offer of its motive, if there is
// one.
func (a *acting) takeOffer(ctx context.Context, made domain.ID, motive domain.MotiveCode) error {
	ctx = policy.OfferAppointment(ctx)
	last, err := a.tx.AppointmentOffer.Query().Where(appointmentoffer.ApplicationID(a.application.ID), appointmentoffer.Motive(motive)).
		Order(appointmentoffer.ByOfferedOn(sql.OrderDesc())).First(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if s := valueOf(last.AppointmentState); s == domain.AppointmentHeld || s == domain.AppointmentUpcoming {
		return nil
	}
	return last.Update().SetAppointmentID(made).SetAppointmentState(domain.AppointmentUpcoming).Exec(ctx)
}

// followOffer notes on the offer on which it was booked what became of an appointment.
func (l *living) followOffer(ctx context.Context, a domain.ID, state domain.AppointmentState) error {
	ctx = policy.OfferAppointment(ctx)
	return l.tx.AppointmentOffer.Update().Where(appointmentoffer.AppointmentID(a)).SetAppointmentState(state).Exec(ctx)
}

// DeclineAppointmentOffer notes that the applicant wants no such appointment.
func (s *Service) DeclineAppointmentOffer(ctx context.Context, id domain.ID) (*ent.Application, error) {
	var of domain.ID
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		o, err := tx.AppointmentOffer.Query().Where(appointmentoffer.ID(id)).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		of = o.ApplicationID
		granted, l, err := s.allowed(ctx, tx, of, policy.ActBook)
		if err != nil {
			return err
		}
		offers := policy.OfferAppointment(granted)
		if o, err = tx.AppointmentOffer.Get(offers, id); err != nil { // again, under the lock
			return notFound(err)
		}
		if refused := appointmentOfferOf(o).CheckDecline(l.today); refused != nil {
			return refused
		}
		if err := o.Update().SetDeclinedOn(l.today).Exec(offers); err != nil {
			return err
		}
		return s.noteAct(ctx, "declineAppointmentOffer", l.by.Assignment, of)
	})
	if err != nil {
		return nil, err
	}
	return s.seenApplication(ctx, of)
}

// AppointmentOfferOn is the state of an offer on that day.
func AppointmentOfferOn(o *ent.AppointmentOffer, today domain.Date) domain.AppointmentOfferState {
	return appointmentOfferOf(o).On(today)
}

func appointmentOfferOf(o *ent.AppointmentOffer) domain.AppointmentOffer {
	return domain.AppointmentOffer{BookBy: o.BookBy, Declined: o.DeclinedOn != nil, Appointment: valueOf(o.AppointmentState)}
}

// WithAppointmentOffer keeps the applications with an offer in one of these states on the
// viewer's day, as domain.AppointmentOffer tells them, among those whose contact it may see.
func WithAppointmentOffer(v *auth.Viewer, states []domain.AppointmentOfferState) predicate.Application {
	is := appointmentoffer.AppointmentStateEQ
	never := appointmentoffer.Or(appointmentoffer.AppointmentStateIsNil(), is(domain.AppointmentCancelled))
	in := []predicate.AppointmentOffer{appointmentoffer.IDIn()} // none, where no state is asked for
	for _, s := range states {
		switch s {
		case domain.OfferHeld:
			in = append(in, is(domain.AppointmentHeld))
		case domain.OfferBooked:
			in = append(in, is(domain.AppointmentUpcoming))
		case domain.OfferDeclined:
			in = append(in, appointmentoffer.And(appointmentoffer.DeclinedOnNotNil(), appointmentoffer.Or(never, is(domain.AppointmentNotHeld))))
		case domain.OfferNotHeld:
			in = append(in, appointmentoffer.And(is(domain.AppointmentNotHeld), appointmentoffer.DeclinedOnIsNil()))
		case domain.OfferLapsed:
			in = append(in, appointmentoffer.And(never, appointmentoffer.DeclinedOnIsNil(), appointmentoffer.BookByLT(v.Today())))
		case domain.OfferOpen:
			in = append(in, appointmentoffer.And(never, appointmentoffer.DeclinedOnIsNil(), appointmentoffer.BookByGTE(v.Today())))
		}
	}
	return application.And(policy.LookingAt(domain.GroupContact), application.HasAppointmentOffersWith(appointmentoffer.Or(in...)))
}
