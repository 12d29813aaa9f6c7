package service

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/proposal"
	"github.com/guichet-logement/guichet/ent/reservationright"
	"github.com/guichet-logement/guichet/policy"
)

// Candidate is an application that is put forward for a dwelling.
type Candidate struct {
	ApplicationID, DwellingID domain.ID
	// ReservationRightID is the right under which it is, empty for none.
	ReservationRightID domain.ID
	// On is the day, zero for today.
	On domain.Date
}

// PutForward puts an application that the viewer sees forward for a dwelling of its landlord.
// The holder of the reservation right, where it is under one, sees the application from then on.
func (s *Service) PutForward(ctx context.Context, c Candidate) (*ent.Proposal, error) {
	return s.candidate(ctx, c, policy.ActPutForward)
}

// DesignateCandidate puts an application that the viewer sees forward under a reservation
// right of its organisation. The landlord sees it from then on, and that organisation by this
// act no more than before.
func (s *Service) DesignateCandidate(ctx context.Context, c Candidate) (*ent.Proposal, error) {
	return s.candidate(ctx, c, policy.ActDesignate)
}

func (s *Service) candidate(ctx context.Context, c Candidate, act policy.ApplicationAct) (*ent.Proposal, error) {
	v := auth.FromContext(ctx)
	var made domain.ID
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		// Who puts forward holds the dwelling: its candidates are counted.
		d, err := tx.Dwelling.Query().Where(dwelling.ID(c.DwellingID)).ForUpdate().Only(ctx)
		if err != nil {
			return notFound(err)
		}
		p := tx.Proposal.Create().SetApplicationID(c.ApplicationID).SetDwellingID(c.DwellingID).SetLandlordID(valueOf(d.LandlordID)).
			SetDesignated(act == policy.ActDesignate).SetPutForwardByID(v.PersonID)
		by := valueOf(d.LandlordID)
		if c.ReservationRightID != "" {
			right, err := tx.ReservationRight.Query().Where(reservationright.ID(c.ReservationRightID)).Only(ctx)
			if err != nil {
				return notFound(err)
			}
			p.SetReservationRightID(right.ID).SetReservataireID(right.ReservataireID)
			if act == policy.ActDesignate {
				by = right.ReservataireID
			}
		}
		granted, a, err := s.forParty(ctx, tx, c.ApplicationID, by, act)
		if err != nil {
			return err
		}
		if err := checkReserved(granted, tx, c.ReservationRightID, d, a.today); err != nil {
			return err
		}
		next, refused := domain.PutForward(a.application.State, dayOr(c.On, a.today), a.today)
		if refused != nil {
			return refused
		}
		if err := checkCandidacy(ctx, tx, c, by); err != nil {
			return err
		}
		row, err := p.SetState(next.State).SetPutForwardOn(next.PutForwardOn).Save(granted)
		if err != nil {
			return err
		}
		made = row.ID
		if err := settleAccess(granted, tx, c.ApplicationID); err != nil {
			return err
		}
		return s.noteAct(ctx, string(act), a.by.Assignment, c.ApplicationID)
	})
	if err != nil {
		return nil, err
	}
	return s.seenProposal(ctx, made)
}

// checkReserved refuses a right, none where it is empty, that does not hold over the dwelling
// on that day.
func checkReserved(granted context.Context, tx *ent.Tx, right domain.ID, d *ent.Dwelling, today domain.Date) error {
	if right == "" {
		return nil
	}
	holds, err := tx.ReservationRight.Query().Where(
		reservationright.ID(right), reservationright.LandlordID(valueOf(d.LandlordID)), policy.ReservationInForce(today),
		reservationright.Or(
			reservationright.ModeEQ(domain.ReservedFlow), reservationright.HasDwellingsWith(dwelling.ID(d.ID)),
		),
	).Exist(granted)
	if err == nil && !holds {
		return domain.NotReserved()
	}
	return err
}

// checkCandidacy refuses one proposal more than an organisation may make: as a landlord among
// those for its dwellings, as the holder of a right among those under it, which are all that
// it sees.
func checkCandidacy(ctx context.Context, tx *ent.Tx, one Candidate, by domain.ID) error {
	mine, err := tx.Proposal.Query().Where(
		proposal.Or(proposal.LandlordID(by), proposal.ReservataireID(by)),
		proposal.Or(proposal.ApplicationID(one.ApplicationID), proposal.DwellingID(one.DwellingID)),
	).All(ctx)
	if err != nil {
		return err
	}
	var c domain.Candidacies
	for _, p := range mine {
		current, here, there := p.State.Current(), p.ApplicationID == one.ApplicationID, valueOf(p.DwellingID) == one.DwellingID
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

// onProposal has a step of a proposal taken that the viewer sees, for its landlord; the holder
// of the right takes back what it designated.
func (s *Service) onProposal(
	ctx context.Context, id domain.ID, act policy.ApplicationAct, step func(domain.Proposal, domain.Date) (domain.Proposal, domain.Refusals),
) (*ent.Proposal, error) {
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		p, err := tx.Proposal.Query().Where(proposal.ID(id)).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		by := p.LandlordID
		if act == policy.ActWithdrawProposal && p.Designated && !policy.AllocatesFor(ctx, by) {
			by = valueOf(p.ReservataireID)
		}
		granted, a, err := s.forParty(ctx, tx, p.ApplicationID, by, act)
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
		if err := settleAccess(granted, tx, p.ApplicationID); err != nil {
			return err
		}
		return s.noteAct(ctx, string(act), a.by.Assignment, p.ApplicationID)
	})
	if err != nil {
		return nil, err
	}
	return s.seenProposal(ctx, id)
}

// forParty locks an application that the viewer sees, and decides on an act for that party to
// a proposal.
func (s *Service) forParty(ctx context.Context, tx *ent.Tx, id, party domain.ID, act policy.ApplicationAct) (context.Context, *acting, error) {
	a, err := lockApplication(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	held, at, err := standingOn(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	granted, by, err := policy.OnProposal(ctx, act, party, held, at)
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
		Reserved: p.ReservataireID != nil, Designated: p.Designated,
	}
}

// SeesWhole tells whether all of a proposal that the viewer read is for it, or its outcome alone.
func SeesWhole(ctx context.Context, p *ent.Proposal) bool {
	return policy.SeesWhole(auth.FromContext(ctx), p)
}

// candidaciesOf reads whose candidates the applicants are or were. What came with an
// application that was merged opens nothing of the one that is kept: who merges would open it.
func candidaciesOf(ctx context.Context, tx *ent.Tx, ids []domain.ID, at map[domain.ID]*policy.ApplicationFacts) error {
	made, err := tx.Proposal.Query().Where(
		proposal.ApplicationIDIn(ids...), proposal.ReservataireIDNotNil(), proposal.MovedFromIDIsNil(),
	).Order(proposal.ByID()).All(ctx)
	for _, row := range made {
		f, p := at[row.ApplicationID], ProposalOf(row)
		days := policy.SettingsOn(p.PutForwardOn).PutForwardDays
		if from, until, opens := p.OpenToLandlord(days); opens {
			f.PutForward = append(f.PutForward, policy.Candidacy{Organisation: row.LandlordID, From: from, Until: until, Current: p.State.Current()})
		}
		if from, until, opens := p.OpenToHolder(days); opens {
			f.PutForward = append(f.PutForward, policy.Candidacy{Organisation: *row.ReservataireID, From: from, Until: until, Current: p.State.Current()})
		}
	}
	return err
}

// WithProposal keeps the applications with a proposal in one of these states that the viewer sees.
func WithProposal(v *auth.Viewer, states []domain.ProposalState) predicate.Application {
	return application.HasProposalsWith(policy.SeenProposals(v), proposal.StateIn(states...))
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
