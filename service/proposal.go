package service

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/proposal"
	"github.com/guichet-logement/guichet/policy"
)

// PutForward puts an application that the viewer sees forward for a dwelling of its landlord,
// on a day, zero for today.
func (s *Service) PutForward(ctx context.Context, id, of domain.ID, on domain.Date) (*ent.Proposal, error) {
	v := auth.FromContext(ctx)
	var made domain.ID
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		// Who puts forward holds the dwelling: its candidates are counted.
		d, err := tx.Dwelling.Query().Where(dwelling.ID(of)).ForUpdate().Only(ctx)
		if err != nil {
			return notFound(err)
		}
		landlord := valueOf(d.LandlordID)
		granted, a, err := s.forLandlord(ctx, tx, id, landlord, policy.ActPutForward)
		if err != nil {
			return err
		}
		p, refused := domain.PutForward(dayOr(on, a.today), a.today)
		if refused != nil {
			return refused
		}
		if err := checkCandidacy(ctx, tx, id, of, landlord); err != nil {
			return err
		}
		row, err := tx.Proposal.Create().SetApplicationID(id).SetDwellingID(of).SetLandlordID(landlord).SetState(p.State).
			SetPutForwardOn(p.PutForwardOn).SetPutForwardByID(v.PersonID).Save(granted)
		if err != nil {
			return err
		}
		made = row.ID
		return s.noteAct(ctx, string(policy.ActPutForward), a.by.Assignment, id)
	})
	if err != nil {
		return nil, err
	}
	return s.seenProposal(ctx, made)
}

// checkCandidacy refuses one proposal more than the landlord may make, among those that the
// viewer sees.
func checkCandidacy(ctx context.Context, tx *ent.Tx, id, of, landlord domain.ID) error {
	mine, err := tx.Proposal.Query().Where(
		proposal.LandlordID(landlord), proposal.Or(proposal.ApplicationID(id), proposal.DwellingID(of)),
	).All(ctx)
	if err != nil {
		return err
	}
	var c domain.Candidacies
	for _, p := range mine {
		current, here, there := p.State.Current(), p.ApplicationID == id, valueOf(p.DwellingID) == of
		switch {
		case here && there && current:
			c.Again = true
		case there && current:
			c.Candidates++
		}
		if here {
			c.Ever++
		}
		if here && current {
			c.Current++
		}
	}
	return c.Check().Err()
}

// RecordCommissionDecision notes what the landlord's commission decided.
func (s *Service) RecordCommissionDecision(ctx context.Context, id domain.ID, d domain.CommissionDecision, rank *int, on domain.Date) (*ent.Proposal, error) {
	return s.onProposal(ctx, id, policy.ActRecordDecision, func(p domain.Proposal, today domain.Date) (domain.Proposal, domain.Refusals) {
		return p.Decide(d, rank, dayOr(on, today), today)
	})
}

// RecordProposalAnswer notes what the candidate answers.
func (s *Service) RecordProposalAnswer(ctx context.Context, id domain.ID, answer domain.ProposalAnswer, reason *domain.ProposalRefusal, on domain.Date) (*ent.Proposal, error) {
	return s.onProposal(ctx, id, policy.ActRecordAnswer, func(p domain.Proposal, today domain.Date) (domain.Proposal, domain.Refusals) {
		return p.Answer(answer, reason, dayOr(on, today), today)
	})
}

// WithdrawProposal takes a proposal back.
func (s *Service) WithdrawProposal(ctx context.Context, id domain.ID) (*ent.Proposal, error) {
	return s.onProposal(ctx, id, policy.ActWithdrawProposal, domain.Proposal.Withdraw)
}

// onProposal has a step of a proposal taken that the viewer sees, for its landlord.
func (s *Service) onProposal(
	ctx context.Context, id domain.ID, act policy.ApplicationAct, step func(domain.Proposal, domain.Date) (domain.Proposal, domain.Refusals),
) (*ent.Proposal, error) {
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		p, err := tx.Proposal.Query().Where(proposal.ID(id)).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		granted, a, err := s.forLandlord(ctx, tx, p.ApplicationID, p.LandlordID, act)
		if err != nil {
			return err
		}
		// Under the lock of the application: what it was may have changed.
		if p, err = tx.Proposal.Query().Where(proposal.ID(id), proposal.ApplicationID(p.ApplicationID)).Only(ctx); err != nil {
			return notFound(err)
		}
		next, refused := step(ProposalOf(p), a.today)
		if refused != nil {
			return refused
		}
		err = p.Update().SetState(next.State).SetNillableDecision(optional(next.Decision)).SetNillableRank(optional(next.Rank)).
			SetNillableDecidedOn(optional(next.DecidedOn)).SetNillableAnsweredOn(optional(next.AnsweredOn)).
			SetNillableRefusedFor(optional(next.RefusedFor)).SetNillableWithdrawnOn(optional(next.WithdrawnOn)).Exec(granted)
		if err != nil {
			return err
		}
		return s.noteAct(ctx, string(act), a.by.Assignment, p.ApplicationID)
	})
	if err != nil {
		return nil, err
	}
	return s.seenProposal(ctx, id)
}

// forLandlord locks an application that the viewer sees, and decides on an act for that
// landlord.
func (s *Service) forLandlord(ctx context.Context, tx *ent.Tx, id, landlord domain.ID, act policy.ApplicationAct) (context.Context, *acting, error) {
	a, err := lockApplication(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	held, at, err := standingOn(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	granted, by, err := policy.OnProposal(ctx, act, landlord, held, at)
	if err != nil {
		return nil, nil, err
	}
	return granted, &acting{s: s, tx: tx, application: a, today: auth.FromContext(ctx).Today(), by: by}, nil
}

func (s *Service) seenProposal(ctx context.Context, id domain.ID) (*ent.Proposal, error) {
	p, err := s.ent.Proposal.Query().Where(proposal.ID(id)).Only(ctx)
	return p, ent.MaskNotFound(err)
}

// ProposalOf is the proposal that a row tells of.
func ProposalOf(p *ent.Proposal) domain.Proposal {
	return domain.Proposal{
		State: p.State, PutForwardOn: p.PutForwardOn, Decision: valueOf(p.Decision), Rank: valueOf(p.Rank), DecidedOn: valueOf(p.DecidedOn),
		AnsweredOn: valueOf(p.AnsweredOn), RefusedFor: valueOf(p.RefusedFor), WithdrawnOn: valueOf(p.WithdrawnOn),
	}
}

// RankOf is the rank of a proposal, as far as it is for the viewer.
func RankOf(ctx context.Context, p *ent.Proposal) *int {
	if policy.SeesRank(auth.FromContext(ctx), p) {
		return p.Rank
	}
	return nil
}

// refusedLately keeps the proposals that count as refusals on that day.
func refusedLately(today domain.Date) predicate.Proposal {
	return proposal.And(proposal.RefusedForNotNil(), proposal.AnsweredOnGTE(refusalsFrom(today)))
}

// refusalsFrom is the first day of which refusals count.
func refusalsFrom(today domain.Date) domain.Date {
	return today.AddMonths(-policy.SettingsOn(today).RefusalMonths)
}

// moveProposals gives the proposals of an application that is merged to the one that is kept.
func (l *living) moveProposals(granted context.Context, to domain.ID) error {
	return l.tx.Proposal.Update().Where(proposal.ApplicationID(l.life.ID), proposal.MovedFromIDIsNil()).
		SetApplicationID(to).SetMovedFromID(l.life.ID).Exec(granted)
}

// takeBackProposals gives an application whose merge is undone its proposals again.
func (l *living) takeBackProposals(granted context.Context) error {
	return l.tx.Proposal.Update().Where(proposal.MovedFromID(l.life.ID)).
		SetApplicationID(l.life.ID).ClearMovedFromID().Exec(granted)
}

// dayOr is the day that was said, or today.
func dayOr(on, today domain.Date) domain.Date {
	if on.IsZero() {
		return today
	}
	return on
}
