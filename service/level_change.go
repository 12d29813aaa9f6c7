package service

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/agreement"
	"github.com/guichet-logement/guichet/ent/levelchange"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// RequestLevelChange asks the Métropole that a point deliver another level, or by other
// means, from a day on.
func (s *Service) RequestLevelChange(ctx context.Context, point domain.ID, asked domain.LevelAndMeans, from domain.Date) (*ent.LevelChange, error) {
	v := auth.FromContext(ctx)
	var made domain.ID
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		at, err := tx.ReceptionPoint.Query().Where(receptionpoint.ID(point)).WithOperators().Only(ctx)
		if err != nil {
			return notFound(err)
		}
		granted, by, err := policy.RequestLevelChange(ctx, at)
		if err != nil {
			return err
		}
		var now domain.LevelAndMeans
		inForce, err := tx.Agreement.Query().Where(agreement.ReceptionPointID(point), policy.AgreementInForce(from)).Only(granted)
		if ent.MaskNotFound(err) != nil {
			return err
		}
		if err == nil {
			now = domain.LevelAndMeans{Level: inForce.Level, Means: inForce.Means}
		}
		if err := domain.CheckLevelChange(now, asked, from, v.Today()).Err(); err != nil {
			return err
		}
		c, err := tx.LevelChange.Create().SetReceptionPointID(point).SetLevel(asked.Level).SetMeans(asked.Means).SetWantedFrom(from).
			SetRequestedByID(v.PersonID).SetOrganisationID(by.OrganisationID).SetRequestedOn(v.Today()).
			SetState(domain.LevelChangeRequested).Save(granted)
		if err != nil {
			return err
		}
		made = c.ID
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.seenLevelChange(ctx, made)
}

// AnswerLevelChange grants a request from a day on, or refuses it for a reason.
func (s *Service) AnswerLevelChange(ctx context.Context, id domain.ID, from *domain.Date, refused *domain.LevelChangeRefusal) (*ent.LevelChange, error) {
	v := auth.FromContext(ctx)
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		asked, err := tx.LevelChange.Query().Where(levelchange.ID(id)).ForUpdate().Only(ctx)
		if err != nil {
			return notFound(err)
		}
		granted, err := policy.AnswerLevelChange(ctx, asked)
		if err != nil {
			return err
		}
		if err := domain.CheckLevelAnswer(asked.State, from, refused, v.Today()).Err(); err != nil {
			return err
		}
		u := asked.Update().SetAnsweredByID(v.PersonID).SetAnsweredOn(v.Today())
		if refused != nil {
			return u.SetState(domain.LevelChangeRefused).SetRefusedFor(*refused).Exec(granted)
		}
		if err := u.SetState(domain.LevelChangeGranted).SetGrantedFrom(*from).Exec(granted); err != nil {
			return err
		}
		return changeLevel(granted, tx, asked, *from)
	})
	if err != nil {
		return nil, err
	}
	return s.seenLevelChange(ctx, id)
}

// changeLevel ends the agreement in force on that day, and opens the new one until when
// that would have ended. What is agreed for later is not overruled.
func changeLevel(granted context.Context, tx *ent.Tx, asked *ent.LevelChange, from domain.Date) error {
	agreed, err := tx.Agreement.Query().
		Where(agreement.ReceptionPointID(asked.ReceptionPointID), agreement.Or(agreement.ValidUntilIsNil(), agreement.ValidUntilGT(from))).
		ForUpdate().All(granted)
	if err != nil {
		return err
	}
	next := tx.Agreement.Create().SetReceptionPointID(asked.ReceptionPointID).SetLevel(asked.Level).SetMeans(asked.Means).SetValidFrom(from)
	for _, a := range agreed {
		if !a.ValidFrom.Before(from) {
			return domain.LaterAgreement()
		}
		next.SetNillableValidUntil(a.ValidUntil)
		if err := a.Update().SetValidUntil(from).Exec(granted); err != nil {
			return err
		}
	}
	return next.Exec(granted)
}

func (s *Service) seenLevelChange(ctx context.Context, id domain.ID) (*ent.LevelChange, error) {
	c, err := s.ent.LevelChange.Query().Where(levelchange.ID(id)).Only(ctx)
	return c, ent.MaskNotFound(err)
}
