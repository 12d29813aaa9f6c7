package service

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/onlineregistration"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// RegisterOnline deposits the application of the viewer, whose account is bound to its
// applicant. It waits in the queue that the points share.
func (s *Service) RegisterOnline(ctx context.Context, form domain.ApplicationForm) (*ent.Application, error) {
	id := domain.NewID(domain.ApplicationPrefix, auth.FromContext(ctx).Now)
	err := s.inTx(ctx, func(tx *ent.Tx) error { return s.registerOnline(ctx, tx, formOf{id, form}) })
	if err != nil {
		return nil, err
	}
	return s.seenApplication(ctx, id)
}

// registerOnline deposits the viewer's form.
func (s *Service) registerOnline(ctx context.Context, tx *ent.Tx, form formOf) error {
	v := auth.FromContext(ctx)
	granted, err := policy.RegisterOnline(ctx)
	if err != nil {
		return err
	}
	bindings, err := tx.ApplicantAccount.Query().Count(ctx) // the scope keeps its own live one
	if err != nil {
		return err
	}
	if bindings > 0 {
		return domain.BoundElsewhere()
	}
	l, err := s.deposit(granted, tx, form, "")
	if err != nil {
		return err
	}
	applicant, err := tx.HouseholdMember.Query().
		Where(householdmember.ApplicationID(form.id), householdmember.LinkEQ(domain.LinkApplicant)).OnlyID(granted)
	if err != nil {
		return err
	}
	err = tx.ApplicantAccount.Create().SetApplicationID(form.id).SetMemberID(applicant).
		SetIssuer(v.Issuer).SetSubject(v.Subject).SetBoundAt(storedInstant(v.Now)).Exec(granted)
	if ent.IsConstraintError(err) { // bound at the same time
		return domain.BoundElsewhere()
	}
	if err != nil {
		return err
	}
	if err := tx.OnlineRegistration.Create().SetApplicationID(form.id).SetDepositedOn(l.today).Exec(granted); err != nil {
		return err
	}
	if err := l.settle(granted); err != nil {
		return err
	}
	if err := l.offerAppointment(granted, domain.OnlineApplicantMotive); err != nil {
		return err
	}
	return s.noteAct(ctx, "registerOnline", nil, form.id)
}

// TakeOnlineRegistration makes a point follow an application that waits in the queue, and
// gives it to the viewer.
func (s *Service) TakeOnlineRegistration(ctx context.Context, id, point domain.ID) (*ent.OnlineRegistration, error) {
	v := auth.FromContext(ctx)
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		waiting, err := tx.OnlineRegistration.Query().Where(onlineregistration.ID(id)).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		if _, err := tx.ReceptionPoint.Query().Where(receptionpoint.ID(point)).Only(ctx); err != nil {
			return notFound(err)
		}
		levels, err := levelsOf(ctx, tx, point)
		if err != nil {
			return err
		}
		granted, by, err := policy.TakeOnlineRegistration(ctx, point, levels[point])
		if err != nil {
			return err
		}
		a, err := tx.Application.Query().Where(application.ID(waiting.ApplicationID)).ForUpdate().Only(granted)
		if err != nil {
			return notFound(err)
		}
		l, err := s.livingOf(granted, tx, a, v.Today())
		if err != nil {
			return err
		}
		if l.summary.FollowingPointID != nil || !l.life.State.Living() {
			return domain.TakenAlready()
		}
		if err := l.follow(granted, point, domain.EventTaken); err != nil {
			return err
		}
		if err := tx.OnlineRegistration.UpdateOneID(id).SetAssigneeID(v.PersonID).Exec(granted); err != nil {
			return err
		}
		return s.noteAct(ctx, "takeOnlineRegistration", by, a.ID)
	})
	if err != nil {
		return nil, err
	}
	return s.seenRegistration(ctx, id)
}

// AssignOnlineRegistration gives a registration that was taken to somebody who receives
// at the point.
func (s *Service) AssignOnlineRegistration(ctx context.Context, id, person domain.ID) (*ent.OnlineRegistration, error) {
	return s.onRegistration(ctx, id, policy.ActAssignOnline, func(granted context.Context, l *living) error {
		there, err := l.tx.Assignment.Query().Where(
			assignment.PersonID(person), policy.AssignmentInForce(l.today), assignment.RoleEQ(domain.ReceptionAgent),
			assignment.HasReceptionPointsWith(receptionpoint.ID(l.point)),
		).Exist(granted)
		if err != nil {
			return err
		}
		if !there {
			return domain.NotReceivingThere()
		}
		return l.tx.OnlineRegistration.UpdateOneID(id).SetAssigneeID(person).Exec(granted)
	})
}

// ReleaseOnlineRegistration puts a registration that was not decided on back into the
// queue: no point follows it any more.
func (s *Service) ReleaseOnlineRegistration(ctx context.Context, id domain.ID) (*ent.OnlineRegistration, error) {
	return s.onRegistration(ctx, id, policy.ActReleaseOnline, func(granted context.Context, l *living) error {
		return l.follow(granted, "", domain.EventReleased)
	})
}

// onRegistration has an act done on the application of a registration that was taken.
func (s *Service) onRegistration(
	ctx context.Context, id domain.ID, act policy.ApplicationAct, do func(context.Context, *living) error,
) (*ent.OnlineRegistration, error) {
	taken, err := s.ent.OnlineRegistration.Query().Where(onlineregistration.ID(id)).Only(ctx)
	if err != nil {
		return nil, notFound(err)
	}
	_, err = s.onLife(ctx, taken.ApplicationID, act, func(granted context.Context, l *living) error {
		still, err := l.tx.OnlineRegistration.Query().
			Where(onlineregistration.ID(id), onlineregistration.Handled(false), onlineregistration.ReceptionPointID(l.point)).Exist(granted)
		if err != nil {
			return err
		}
		if !still {
			return domain.TakenAlready()
		}
		return do(granted, l)
	})
	if err != nil {
		return nil, err
	}
	return s.seenRegistration(ctx, id)
}

// seenRegistration is the registration as the viewer sees it once an act is done.
func (s *Service) seenRegistration(ctx context.Context, id domain.ID) (*ent.OnlineRegistration, error) {
	r, err := s.ent.OnlineRegistration.Query().Where(onlineregistration.ID(id)).Only(ctx)
	return r, ent.MaskNotFound(err)
}
