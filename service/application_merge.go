package service

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/policy"
)

// MergeApplications ends an application in favour of another one of the same household,
// both of which the viewer's point follows, and returns the one that is kept.
func (s *Service) MergeApplications(ctx context.Context, survivor, merged domain.ID) (*ent.Application, error) {
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		// In one order, whoever merges: no two transactions wait for each other.
		ids := []domain.ID{survivor, merged}
		slices.Sort(ids)
		if _, err := tx.Application.Query().Where(application.IDIn(ids...)).Order(application.ByID()).ForUpdate().All(ctx); err != nil {
			return err
		}
		_, kept, err := s.allowed(ctx, tx, survivor, policy.ActMerge)
		if err != nil {
			return err
		}
		granted, l, err := s.allowed(ctx, tx, merged, policy.ActMerge)
		if err != nil {
			return err
		}
		next, refusals := l.life.Merge(kept.life, l.clocks, l.today)
		if err := l.take(granted, domain.StepMerge, next, refusals); err != nil {
			return err
		}
		if err := l.cancelUpcoming(granted); err != nil {
			return err
		}
		if err := l.moveInterviews(granted, survivor); err != nil {
			return err
		}
		if err := l.moveProposals(granted, survivor); err != nil {
			return err
		}
		if err := l.settle(granted); err != nil {
			return err
		}
		return s.noteAct(ctx, string(policy.ActMerge), l.by.Assignment, survivor, merged)
	})
	if err != nil {
		return nil, err
	}
	return s.seenApplication(ctx, survivor)
}

// UndoMerge gives an application that was merged the life back that it had.
func (s *Service) UndoMerge(ctx context.Context, id domain.ID) (*ent.Application, error) {
	return s.onLife(ctx, id, policy.ActUndoMerge, func(granted context.Context, l *living) error {
		next, refusals := l.life.UndoMerge(l.clocks, l.today)
		if err := l.take(granted, domain.StepUndoMerge, next, refusals); err != nil {
			return err
		}
		if err := l.takeBackInterviews(granted); err != nil {
			return err
		}
		return l.takeBackProposals(granted)
	})
}
