package service

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/proposedchange"
	"github.com/guichet-logement/guichet/policy"
)

// maxProposed bounds the changes that wait on one application.
const maxProposed = 5

// ProposeChange takes down a correction on behalf of an applicant who is received, for
// the point that follows, or the applicant, to accept.
func (s *Service) ProposeChange(ctx context.Context, id domain.ID, c domain.ApplicationCorrection) (*ent.Application, error) {
	v := auth.FromContext(ctx)
	return s.onLife(ctx, id, policy.ActPropose, func(granted context.Context, l *living) error {
		if err := c.Check(l.today).Err(); err != nil {
			return err
		}
		if len(c.Household) > 0 {
			return domain.HouseholdNotProposed()
		}
		waiting, err := l.tx.ProposedChange.Query().
			Where(proposedchange.ApplicationID(id), proposedchange.ProposedByID(v.PersonID)).Count(granted)
		if err != nil {
			return err
		}
		if waiting >= maxProposed { // one's own: those of others are not to be told of
			return domain.TooManyProposed()
		}
		return l.tx.ProposedChange.Create().SetApplicationID(id).SetReceptionPointID(l.point).SetProposedByID(v.PersonID).
			SetProposedOn(l.today).SetCorrection(c).Exec(granted)
	})
}

// AcceptProposedChange corrects the application as was proposed.
func (s *Service) AcceptProposedChange(ctx context.Context, id domain.ID) (*ent.Application, error) {
	return s.decideChange(ctx, id, func(granted context.Context, l *living, p *ent.ProposedChange) error {
		return l.correct(granted, Correction{ApplicationCorrection: p.Correction, Source: domain.SourceApplicant, Decided: true})
	})
}

// DeclineProposedChange leaves the application as it is.
func (s *Service) DeclineProposedChange(ctx context.Context, id domain.ID) (*ent.Application, error) {
	return s.decideChange(ctx, id, func(context.Context, *living, *ent.ProposedChange) error { return nil })
}

func (s *Service) decideChange(
	ctx context.Context, id domain.ID, decide func(context.Context, *living, *ent.ProposedChange) error,
) (*ent.Application, error) {
	proposed, err := s.ent.ProposedChange.Query().Where(proposedchange.ID(id)).Only(ctx)
	if err != nil {
		return nil, notFound(err)
	}
	return s.onLife(ctx, proposed.ApplicationID, policy.ActDecideChange, func(granted context.Context, l *living) error {
		if err := policy.DecideChange(ctx, proposed); err != nil {
			return err
		}
		n, err := l.tx.ProposedChange.Delete().Where(proposedchange.ID(id)).Exec(granted)
		if err != nil {
			return err
		}
		if n == 0 { // somebody else was faster
			return &domain.Error{Code: domain.NotFound}
		}
		return decide(granted, l, proposed)
	})
}
