package service

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/pair"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// FormPair makes a pair of two people who work at the point. A plan without a first
// day begins today.
func (s *Service) FormPair(ctx context.Context, point domain.ID, plan domain.PairPlan) (*ent.Pair, error) {
	v := auth.FromContext(ctx)
	plan.From = today(ctx, plan.From)
	var formed *ent.Pair
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		at, err := lockedPoint(ctx, tx, point)
		if err != nil {
			return err
		}
		granted, err := policy.FormPair(ctx, at)
		if err != nil {
			return err
		}
		if err := plan.Check(v.Today()).Err(); err != nil {
			return err
		}
		if err := mayPair(granted, tx, point, plan, v.Today()); err != nil {
			return err
		}
		formed, err = tx.Pair.Create().
			SetReceptionPointID(point).AddMemberIDs(plan.People...).SetMemberIds(plan.Members()).
			SetValidFrom(plan.From).SetNillableValidUntil(optional(plan.Until)).SetFormedByID(v.PersonID).
			Save(granted)
		return err
	})
	if err != nil {
		return nil, err
	}
	return formed.Unwrap(), nil
}

// mayPair refuses people who do not work at the point, and one more pair than a list
// without pages can show.
func mayPair(ctx context.Context, tx *ent.Tx, point domain.ID, plan domain.PairPlan, today domain.Date) error {
	there, err := tx.Person.Query().Where(person.IDIn(plan.People...), person.HasAssignmentsWith(
		policy.AssignmentInForce(plan.From), assignment.HasReceptionPointsWith(receptionpoint.ID(point)),
	)).Count(ctx)
	if err != nil {
		return err
	}
	if there != len(plan.People) {
		return domain.NotAtThePoint()
	}
	for _, p := range plan.People {
		n, err := tx.Pair.Query().Where(
			pair.HasMembersWith(person.ID(p)), pair.Or(pair.ValidUntilIsNil(), pair.ValidUntilGT(today)),
		).Count(ctx)
		if err != nil {
			return err
		}
		if n >= domain.MaxPairs {
			return domain.TooManyPairs()
		}
	}
	return nil
}

// EndPair ends a pair on that day, today when it is zero. One whose first day is not
// over disappears, and nil is returned.
func (s *Service) EndPair(ctx context.Context, id domain.ID, version int, end domain.Date) (*ent.Pair, error) {
	end = today(ctx, end)
	var ended *ent.Pair
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		p, err := tx.Pair.Query().Where(pair.ID(id)).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		at, err := lockedPoint(ctx, tx, p.ReceptionPointID)
		if err != nil {
			return err
		}
		granted, err := policy.EndPair(ctx, at)
		if err != nil {
			return err
		}
		// Read again under the lock of the point, which every writer takes.
		if p, err = tx.Pair.Query().Where(pair.ID(id)).Only(granted); err != nil {
			return notFound(err)
		}
		if p.Version != version {
			return stale(version, p.Version)
		}
		now := auth.FromContext(ctx).Today()
		if err := domain.CheckEnd(p.ValidFrom, dateOrZero(p.ValidUntil), end, now).Err(); err != nil {
			return err
		}
		if !p.ValidFrom.Before(end) {
			return tx.Pair.DeleteOne(p).Exec(granted)
		}
		ended, err = p.Update().SetValidUntil(end).AddVersion(1).Save(granted)
		return err
	})
	if err != nil || ended == nil {
		return nil, err
	}
	return ended.Unwrap(), nil
}
