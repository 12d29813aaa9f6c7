package service

import (
	"context"
	"fmt"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/orientation"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// OrientationOf is what the rules look at.
func OrientationOf(o *ent.Orientation) domain.Orientation {
	return domain.Orientation{
		State: o.State, SentAt: o.SentAt, AcceptedAt: valueOf(o.AcceptedAt), AppointmentSetAt: valueOf(o.AppointmentSetAt),
		ReceivedAt: valueOf(o.ReceivedAt), EndedAt: valueOf(o.EndedAt), DeclinedFor: valueOf(o.DeclinedFor),
		Outcome: valueOf(o.Outcome), DueOn: valueOf(o.DueOn), SeenUntil: valueOf(o.SeenUntil),
	}
}

// OrientationsThat keeps those of a list that the viewer's points sent or were sent, in
// one of these states, and that are late or not; nil for whatever.
func OrientationsThat(v *auth.Viewer, direction *domain.OrientationDirection, states []domain.OrientationState, overdue *bool) predicate.Orientation {
	directions := []domain.OrientationDirection{domain.DirectionSent, domain.DirectionReceived}
	if direction != nil {
		directions = []domain.OrientationDirection{*direction}
	}
	keep := []predicate.Orientation{policy.OrientationsAt(v, directions...)}
	if states != nil {
		keep = append(keep, orientation.StateIn(states...))
	}
	if late := orientation.And(orientation.DueOnNotNil(), orientation.DueOnLT(v.Today())); overdue != nil && *overdue {
		keep = append(keep, late)
	} else if overdue != nil {
		keep = append(keep, orientation.Not(late))
	}
	return orientation.And(keep...)
}

// KnownAbout tells whether the viewer may know of which application an orientation, or a
// contact, is that it read.
func KnownAbout(row policy.About) bool { return policy.AboutOpen(row) }

// OrientApplicant sends an applicant whom the viewer receives, or whose application its
// point follows, to a point of level 3.
func (s *Service) OrientApplicant(ctx context.Context, id, to domain.ID, reason domain.OrientationReason) (*ent.Orientation, error) {
	v := auth.FromContext(ctx)
	var sent domain.ID
	_, err := s.onLife(ctx, id, policy.ActOrient, func(granted context.Context, l *living) error {
		if _, err := l.tx.ReceptionPoint.Query().Where(receptionpoint.ID(to)).Only(ctx); err != nil {
			return notFound(err)
		}
		levels, err := levelsOf(ctx, l.tx, l.point, to)
		if err != nil {
			return err
		}
		if err := domain.CheckOrientation(l.point, to, levels[l.point], levels[to]).Err(); err != nil {
			return err
		}
		if !l.life.State.Living() {
			return domain.NotOpenToday()
		}
		o := domain.SendOrientation(storedInstant(v.Now), policy.SettingsOn(l.today).Orientation)
		made, err := l.tx.Orientation.Create().SetApplicationID(id).SetFromPointID(l.point).SetToPointID(to).
			SetSentByID(v.PersonID).SetOrganisationID(l.by.Assignment.OrganisationID).
			SetReason(reason).SetState(o.State).SetSentAt(o.SentAt).SetDueOn(o.DueOn).Save(granted)
		if err != nil {
			return err
		}
		sent = made.ID
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.seenOrientation(ctx, sent)
}

// AcceptOrientation makes the application known to the viewer's point, to which it was
// sent. The code is one that the applicant was given at a desk, and is empty where none is
// needed; a wrong one counts as a failed try.
func (s *Service) AcceptOrientation(ctx context.Context, id domain.ID, code string) (*ent.Orientation, error) {
	return s.onOrientation(ctx, policy.ActAcceptOrientation, id, code, domain.Orientation.Accept)
}

// DeclineOrientation says that the viewer's point does not take it, or not any more.
func (s *Service) DeclineOrientation(ctx context.Context, id domain.ID, reason domain.OrientationRefusal) (*ent.Orientation, error) {
	return s.onOrientation(ctx, policy.ActDeclineOrientation, id, "", func(o domain.Orientation, at time.Time, d domain.OrientationDelays) (domain.Orientation, domain.Refusals) {
		return o.Decline(reason, at, d)
	})
}

// WithdrawOrientation takes back what the viewer's point sent.
func (s *Service) WithdrawOrientation(ctx context.Context, id domain.ID) (*ent.Orientation, error) {
	return s.onOrientation(ctx, policy.ActWithdrawOrientation, id, "", domain.Orientation.Withdraw)
}

// RecordOrientationReceived notes that the applicant was at the point.
func (s *Service) RecordOrientationReceived(ctx context.Context, id domain.ID) (*ent.Orientation, error) {
	return s.onOrientation(ctx, policy.ActOrientationReceived, id, "", domain.Orientation.Receive)
}

// ReportBackOrientation tells the point that sent the applicant what came of it.
func (s *Service) ReportBackOrientation(ctx context.Context, id domain.ID, outcome domain.OrientationOutcome) (*ent.Orientation, error) {
	return s.onOrientation(ctx, policy.ActReportBack, id, "", func(o domain.Orientation, at time.Time, d domain.OrientationDelays) (domain.Orientation, domain.Refusals) {
		return o.ReportBack(outcome, at, d)
	})
}

// orientationStep is a step of the domain.
type orientationStep func(domain.Orientation, time.Time, domain.OrientationDelays) (domain.Orientation, domain.Refusals)

// onOrientation has a step of an orientation taken that the viewer sees, by who may, with
// who sees the application made right afterwards.
func (s *Service) onOrientation(ctx context.Context, act policy.OrientationAct, id domain.ID, code string, step orientationStep) (*ent.Orientation, error) {
	unrecognised := false
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		unrecognised = false
		sent, err := tx.Orientation.Query().Where(orientation.ID(id)).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		levels, err := levelsOf(ctx, tx, sent.ToPointID)
		if err != nil {
			return err
		}
		granted, by, err := policy.OnOrientation(ctx, act, sent, levels[sent.ToPointID], code != "")
		if err != nil {
			return err
		}
		// Whoever writes a fact holds its application first: what it was may have changed.
		a, err := tx.Application.Query().Where(application.ID(sent.ApplicationID)).ForUpdate().Only(granted)
		if err != nil {
			return notFound(err)
		}
		if code != "" {
			right, err := s.useCode(granted, tx, a.ID, code)
			if unrecognised = !right; err != nil || unrecognised {
				return err // the failed try is kept
			}
		}
		if sent, err = tx.Orientation.Query().Where(orientation.ID(id)).Only(ctx); err != nil {
			return notFound(err)
		}
		if err := takeStep(granted, tx, sent, step); err != nil {
			return err
		}
		if err := settleAccess(granted, tx, a.ID); err != nil {
			return err
		}
		return s.noteAct(ctx, string(act), by, a.ID)
	})
	if err != nil {
		return nil, err
	}
	if unrecognised {
		return nil, domain.NotRecognised()
	}
	return s.seenOrientation(ctx, id)
}

// takeStep takes a step now, and stores where it led.
func takeStep(granted context.Context, tx *ent.Tx, o *ent.Orientation, step orientationStep) error {
	v := auth.FromContext(granted)
	was := OrientationOf(o)
	next, refusals := step(was, storedInstant(v.Now), policy.SettingsOn(v.Today()).Orientation)
	if refusals != nil {
		return refusals
	}
	return storeOrientation(granted, tx, o.ID, was, next)
}

func storeOrientation(granted context.Context, tx *ent.Tx, id domain.ID, was, next domain.Orientation) error {
	u := tx.Orientation.UpdateOneID(id).SetState(next.State)
	if was.AcceptedAt.IsZero() && !next.AcceptedAt.IsZero() {
		u.SetAcceptedByID(auth.FromContext(granted).PersonID)
	}
	put(next.AcceptedAt, u.SetAcceptedAt, u.ClearAcceptedAt)
	put(next.AppointmentSetAt, u.SetAppointmentSetAt, u.ClearAppointmentSetAt)
	put(next.ReceivedAt, u.SetReceivedAt, u.ClearReceivedAt)
	put(next.EndedAt, u.SetEndedAt, u.ClearEndedAt)
	put(next.DeclinedFor, u.SetDeclinedFor, u.ClearDeclinedFor)
	put(next.Outcome, u.SetOutcome, u.ClearOutcome)
	put(next.DueOn, u.SetDueOn, u.ClearDueOn)
	put(next.SeenUntil, u.SetSeenUntil, u.ClearSeenUntil)
	if err := u.Exec(granted); err != nil {
		return fmt.Errorf("store orientation: %w", err)
	}
	return nil
}

// OrientationAppointmentSet notes, in the transaction of an appointment of the application
// at that point, that what was sent there led to it. Where nothing was, it notes nothing.
func (s *Service) OrientationAppointmentSet(ctx context.Context, tx *ent.Tx, application, point domain.ID) error {
	granted := policy.SetOrientationAppointment(ctx)
	sent, err := tx.Orientation.Query().Where(
		orientation.ApplicationID(application), orientation.ToPointID(point), orientation.StateEQ(domain.OrientationAccepted),
	).ForUpdate().All(granted)
	if err != nil {
		return fmt.Errorf("orientations of an application: %w", err)
	}
	for _, o := range sent { // several points may have sent the applicant there
		if err := takeStep(granted, tx, o, domain.Orientation.SetAppointment); err != nil {
			return err
		}
	}
	return nil
}

// at is the instant of what is done: the caller's, or that of the program for what the law
// does by itself.
func (l *acting) at(ctx context.Context) time.Time {
	if v := auth.FromContext(ctx); v != nil {
		return v.Now
	}
	return l.s.Now()
}

// lapseOrientations ends those of an application that came to an end, or that others are
// not to see any more. What was seen of it by them is seen no longer.
func lapseOrientations(granted context.Context, tx *ent.Tx, id domain.ID, at time.Time) error {
	open, err := tx.Orientation.Query().Where(orientation.ApplicationID(id), orientation.EndedAtIsNil()).All(granted)
	if err != nil {
		return err
	}
	for _, o := range open {
		was := OrientationOf(o)
		if err := storeOrientation(granted, tx, o.ID, was, was.Lapse(storedInstant(at))); err != nil {
			return err
		}
	}
	return nil
}

// seenOrientation is the orientation as the viewer sees it once an act is done.
func (s *Service) seenOrientation(ctx context.Context, id domain.ID) (*ent.Orientation, error) {
	o, err := s.ent.Orientation.Query().Where(orientation.ID(id)).Only(ctx)
	return o, ent.MaskNotFound(err)
}

// orientedOf reads which points were sent the applicants and accepted. What is over stays
// a fact, as with openings.
func orientedOf(ctx context.Context, tx *ent.Tx, ids []domain.ID, at map[domain.ID]*policy.ApplicationFacts) error {
	accepted, err := tx.Orientation.Query().Where(orientation.ApplicationIDIn(ids...), orientation.AcceptedAtNotNil()).
		Order(orientation.ByID()).All(ctx)
	for _, o := range accepted {
		f := at[o.ApplicationID]
		f.Oriented = append(f.Oriented, policy.OrientedPoint{Point: o.ToPointID, From: *o.AcceptedAt, Until: valueOf(o.SeenUntil)})
	}
	return err
}
