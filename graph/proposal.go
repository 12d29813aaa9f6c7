package graph

import (
	"cmp"
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// maxProposals bounds those of one application that are shown.
const maxProposals = 100

// Proposals are those of the application, the last one first.
func (applicationResolver) Proposals(ctx context.Context, a *ent.Application) ([]*ent.Proposal, error) {
	all, err := a.NamedProposals(alias(ctx))
	if ent.IsNotLoaded(err) {
		all, err = a.QueryProposals().All(ctx)
	}
	shown := slices.Clone(all)
	slices.SortFunc(shown, func(a, b *ent.Proposal) int {
		return cmp.Or(b.PutForwardOn.Compare(a.PutForwardOn), cmp.Compare(b.ID, a.ID))
	})
	return shown[:min(len(shown), maxProposals)], err
}

// Rank is that which the commission gave the candidate, for who may know.
func (proposalResolver) Rank(ctx context.Context, p *ent.Proposal) (*int, error) {
	if !service.SeesWhole(ctx, p) {
		return nil, nil //nolint:nilnil // the desk is told the outcome alone
	}
	return p.Rank, nil
}

// Reservataire is whose right the candidate is under, for who may know.
func (proposalResolver) Reservataire(ctx context.Context, p *ent.Proposal) (*ent.Organisation, error) {
	if !service.SeesWhole(ctx, p) {
		return nil, nil //nolint:nilnil // as above
	}
	o, err := p.Edges.ReservataireOrErr()
	if ent.IsNotLoaded(err) {
		o, err = p.QueryReservataire().Only(ctx)
	}
	return o, ent.MaskNotFound(err)
}

// Proposals keeps the applications with a proposal in one of these states.
func (applicationFilterResolver) Proposals(ctx context.Context, where *ent.ApplicationWhereInput, states []domain.ProposalState) error {
	if states != nil {
		where.AddPredicates(service.WithProposal(auth.FromContext(ctx), states))
	}
	return tooMany("where.proposals", len(states))
}

// PutForward puts an application forward for a dwelling.
func (r mutationResolver) PutForward(ctx context.Context, in model.PutForwardInput) (*model.PutForwardPayload, error) {
	p, err := r.service.PutForward(ctx, service.Candidate{
		ApplicationID: in.ApplicationID, DwellingID: in.DwellingID, ReservationRightID: valueOr(in.ReservationRightID), On: dateOr(in.On),
	})
	refused, err := userErrors(ctx, err)
	return &model.PutForwardPayload{Proposal: p, Errors: refused}, err
}

// DesignateCandidate puts an application forward under a reservation right.
func (r mutationResolver) DesignateCandidate(ctx context.Context, in model.DesignateCandidateInput) (*model.DesignateCandidatePayload, error) {
	p, err := r.service.DesignateCandidate(ctx, service.Candidate{
		ApplicationID: in.ApplicationID, DwellingID: in.DwellingID, ReservationRightID: in.ReservationRightID, On: dateOr(in.On),
	})
	refused, err := userErrors(ctx, err)
	return &model.DesignateCandidatePayload{Proposal: p, Errors: refused}, err
}

// RecordCommissionDecision notes what a commission decided.
func (r mutationResolver) RecordCommissionDecision(ctx context.Context, in model.RecordCommissionDecisionInput) (*model.RecordCommissionDecisionPayload, error) {
	p, err := r.service.RecordCommissionDecision(ctx, in.ID, in.Decision, in.Rank, dateOr(in.On))
	refused, err := userErrors(ctx, err)
	return &model.RecordCommissionDecisionPayload{Proposal: p, Errors: refused}, err
}

// RecordProposalAnswer notes what a candidate answers.
func (r mutationResolver) RecordProposalAnswer(ctx context.Context, in model.RecordProposalAnswerInput) (*model.RecordProposalAnswerPayload, error) {
	p, err := r.service.RecordProposalAnswer(ctx, in.ID, in.Answer, in.Reason, dateOr(in.On))
	refused, err := userErrors(ctx, err)
	return &model.RecordProposalAnswerPayload{Proposal: p, Errors: refused}, err
}

// WithdrawProposal takes a proposal back.
func (r mutationResolver) WithdrawProposal(ctx context.Context, in model.WithdrawProposalInput) (*model.WithdrawProposalPayload, error) {
	p, err := r.service.WithdrawProposal(ctx, in.ID)
	refused, err := userErrors(ctx, err)
	return &model.WithdrawProposalPayload{Proposal: p, Errors: refused}, err
}
