package service

import (
	"context"
	"crypto/hmac"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/bindingcode"
	"github.com/guichet-logement/guichet/ent/handover"
	"github.com/guichet-logement/guichet/ent/onlineregistration"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// HandOverApplication offers an application to another point, which follows it once one
// of its people accepts. An offer that waits is replaced.
func (s *Service) HandOverApplication(ctx context.Context, id, to domain.ID) (*ent.Application, error) {
	v := auth.FromContext(ctx)
	return s.onLife(ctx, id, policy.ActHandOver, func(granted context.Context, l *living) error {
		if _, err := l.tx.ReceptionPoint.Query().Where(receptionpoint.ID(to)).Only(ctx); err != nil {
			return notFound(err)
		}
		levels, err := levelsOf(ctx, l.tx, to)
		if err != nil {
			return err
		}
		if err := domain.CheckHandOver(l.point, to, levels[to]).Err(); err != nil {
			return err
		}
		if _, err := l.tx.HandOver.Delete().Where(handover.ApplicationID(id), handover.AcceptedAtIsNil()).Exec(granted); err != nil {
			return err
		}
		return l.tx.HandOver.Create().SetApplicationID(id).SetFromPointID(l.point).SetToPointID(to).
			SetOfferedByID(v.PersonID).SetOrganisationID(l.by.Assignment.OrganisationID).SetOfferedOn(l.today).Exec(granted)
	})
}

// AcceptHandOver makes the viewer's point follow what was offered to it. The code is one
// that the applicant was given at a desk, and is empty where none is needed; a wrong one
// counts as a failed try.
func (s *Service) AcceptHandOver(ctx context.Context, id domain.ID, code string) (*ent.Application, error) {
	v := auth.FromContext(ctx)
	var accepted domain.ID
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		accepted = ""
		offered, err := tx.HandOver.Query().Where(handover.ID(id)).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		levels, err := levelsOf(ctx, tx, offered.ToPointID)
		if err != nil {
			return err
		}
		granted, by, err := policy.AcceptHandOver(ctx, offered, levels[offered.ToPointID], code != "")
		if err != nil {
			return err
		}
		a, err := tx.Application.Query().Where(application.ID(offered.ApplicationID)).ForUpdate().Only(granted)
		if err != nil {
			return notFound(err)
		}
		if code != "" {
			if right, err := s.useCode(granted, tx, a.ID, code); err != nil || !right {
				return err // the failed try is kept
			}
		}
		l, err := s.livingOf(granted, tx, a, v.Today())
		if err != nil {
			return err
		}
		accepted = a.ID
		n, err := tx.HandOver.Update().Where(handover.ID(id), handover.AcceptedAtIsNil()).SetAcceptedByID(v.PersonID).
			SetAcceptedAt(storedInstant(v.Now)).SetSeenUntil(storedInstant(v.Now).Add(policy.SettingsOn(v.Today()).FormerPoint)).Save(granted)
		if err != nil {
			return err
		}
		if n == 0 { // somebody else was faster
			return &domain.Error{Code: domain.NotFound}
		}
		if err := l.follow(granted, offered.ToPointID, domain.EventHandedOver); err != nil {
			return err
		}
		return s.noteAct(ctx, "acceptHandOver", by, a.ID)
	})
	if err != nil {
		return nil, err
	}
	if accepted == "" {
		return nil, domain.NotRecognised()
	}
	return s.seenApplication(ctx, accepted)
}

// useCode uses up the code of an application that was given to one of its adults, and
// tells whether it was one.
func (s *Service) useCode(granted context.Context, tx *ent.Tx, id domain.ID, code string) (bool, error) {
	v := auth.FromContext(granted)
	live, err := tx.BindingCode.Query().Where(
		bindingcode.ApplicationID(id), bindingcode.ExpiresAtGT(v.Now), bindingcode.FailuresLT(policy.SettingsOn(v.Today()).CodeTries),
	).All(granted)
	if err != nil {
		return false, err
	}
	for _, c := range live {
		if hmac.Equal(c.Hash, s.codeHash(c.MemberID, domain.TidyBindingCode(code))) {
			return true, tx.BindingCode.DeleteOne(c).Exec(granted)
		}
	}
	return false, tx.BindingCode.Update().Where(bindingcode.ApplicationID(id)).AddFailures(1).Exec(granted)
}

// follow makes a point follow the application from today on, or none when it is empty.
func (l *living) follow(granted context.Context, point domain.ID, kind domain.ApplicationEventKind) error {
	u := l.summary.Update().AddVersion(1)
	put(point, u.SetFollowingPointID, u.ClearFollowingPointID)
	if point == "" {
		u.ClearFollowedSince()
	} else {
		u.SetFollowedSince(l.today)
		l.point = point
	}
	if err := u.Exec(granted); err != nil {
		return err
	}
	registration := l.tx.OnlineRegistration.Update().
		Where(onlineregistration.ApplicationID(l.life.ID), onlineregistration.Handled(false)).ClearAssigneeID()
	put(point, registration.SetReceptionPointID, registration.ClearReceptionPointID)
	if err := registration.Exec(granted); err != nil {
		return err
	}
	if err := l.tell(granted, kind, ""); err != nil {
		return err
	}
	return l.settle(granted)
}

// DeclineHandOver takes an offer away: for those of the point that it was made to, and
// of the one that made it.
func (s *Service) DeclineHandOver(ctx context.Context, id domain.ID) (domain.ID, error) {
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		offered, err := tx.HandOver.Query().Where(handover.ID(id)).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		granted, by, err := policy.DeclineHandOver(ctx, offered)
		if err != nil {
			return err
		}
		if _, err := tx.HandOver.Delete().Where(handover.ID(id), handover.AcceptedAtIsNil()).Exec(granted); err != nil {
			return err
		}
		return s.noteAct(ctx, "declineHandOver", by, offered.ApplicationID)
	})
	return id, err
}
