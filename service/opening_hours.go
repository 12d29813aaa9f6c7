package service

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/openinghours"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// DeclareOpeningException declares that a point departs from its weekly hours.
// With a version it replaces the exception of exactly that period, and what is open then is
// offered to who waits for it.
func (s *Service) DeclareOpeningException(
	ctx context.Context, point domain.ID, e domain.OpeningException, version *int,
) (*ent.OpeningHours, *ent.ReceptionPoint, error) {
	var declared *ent.OpeningHours
	var at *ent.ReceptionPoint
	err := s.inTx(ctx, func(tx *ent.Tx) (err error) {
		if at, err = lockedPoint(ctx, tx, point); err != nil {
			return err
		}
		granted, err := policy.DeclareOpeningException(ctx, at)
		if err != nil {
			return err
		}
		if err := e.Announce(auth.FromContext(ctx).Today()).Err(); err != nil {
			return err
		}
		if version == nil {
			declared, err = tx.OpeningHours.Create().
				SetReceptionPointID(point).
				SetIntervals(e.Intervals.Merge()).
				SetValidFrom(e.From).
				SetValidUntil(e.Until).
				SetReason(e.Reason).
				Save(granted)
			return err // hours are only taken away by it
		}
		current, err := tx.OpeningHours.Query().
			Where(
				openinghours.ReceptionPointID(point), openinghours.WeekdayIsNil(),
				openinghours.ValidFrom(e.From), openinghours.ValidUntil(e.Until),
			).
			Only(granted)
		if ent.IsNotFound(err) {
			return noSuchException("from")
		}
		if err != nil {
			return err
		}
		if current.Version != *version {
			return stale(*version, current.Version)
		}
		declared, err = current.Update().
			SetIntervals(e.Intervals.Merge()).SetReason(e.Reason).AddVersion(1).Save(granted)
		if err != nil {
			return err
		}
		return s.offerOpenDays(ctx, tx, point, e.From, e.Until)
	})
	if err != nil {
		return nil, nil, err
	}
	return declared.Unwrap(), at.Unwrap(), nil
}

// WithdrawOpeningException lets the weekly hours hold again. An exception that
// has begun ends today; one that has not disappears. What is open again is offered to who waits
// for it.
func (s *Service) WithdrawOpeningException(ctx context.Context, id domain.ID, version int) (*ent.ReceptionPoint, error) {
	var at *ent.ReceptionPoint
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		e, err := tx.OpeningHours.Query().
			Where(openinghours.ID(id), openinghours.WeekdayIsNil()).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		if at, err = lockedPoint(ctx, tx, e.ReceptionPointID); err != nil {
			return err
		}
		granted, err := policy.WithdrawOpeningException(ctx, at)
		if err != nil {
			return err
		}
		// Read again under the lock of the point, which every writer takes.
		if e, err = tx.OpeningHours.Query().Where(openinghours.ID(id)).Only(granted); err != nil {
			return notFound(err)
		}
		if e.Version != version {
			return stale(version, e.Version)
		}
		if today := auth.FromContext(ctx).Today(); e.ValidFrom.Before(today) {
			err = e.Update().SetValidUntil(today).AddVersion(1).Exec(granted)
		} else {
			err = tx.OpeningHours.DeleteOne(e).Exec(granted)
		}
		if err != nil {
			return err
		}
		return s.offerOpenDays(ctx, tx, e.ReceptionPointID, e.ValidFrom, dateOrZero(e.ValidUntil))
	})
	if err != nil {
		return nil, err
	}
	return at.Unwrap(), nil
}

// lockedPoint loads a point that the viewer sees, with its operators, and keeps
// other writers of its hours waiting.
func lockedPoint(ctx context.Context, tx *ent.Tx, id domain.ID) (*ent.ReceptionPoint, error) {
	point, err := tx.ReceptionPoint.Query().
		Where(receptionpoint.ID(id)).
		WithOperators().
		ForUpdate().
		Only(ctx)
	if err != nil {
		return nil, notFound(err)
	}
	return point, nil
}

func noSuchException(field string) error {
	return domain.Refusals{{
		Code: domain.Unknown, Field: []string{field},
		Message: domain.Text{
			EN: "The reception point has no exception of exactly this period.",
			FR: "Le guichet n'a pas d'exception de cette période exacte.",
		},
		Help: domain.Text{
			EN: "Leave the version out to declare a new one.",
			FR: "Omettre la version pour en déclarer une nouvelle.",
		},
	}}
}
