package sandbox

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

// SeedProposals has the first landlord propose dwellings in Grenoble to applicants whom the
// town hall follows, unless it has.
func SeedProposals(ctx context.Context, s *service.Service) error {
	return s.SeedProposals(ctx, "landlord-"+slug(landlords[0]), "mairie-grenoble", grenobleCode, proposed())
}

// proposed are proposals of every state, applicant by applicant: the first and the last one
// refused as many as call for an in-depth interview.
func proposed() [][]domain.Proposal {
	on := managedOn.AddDays(-70)
	made := func(i int) domain.Proposal {
		return domain.Proposal{State: domain.ProposalPutForward, PutForwardOn: on.AddDays(14 * i)}
	}
	decided := func(i int, d domain.CommissionDecision, to domain.ProposalState, rank int) domain.Proposal {
		p := made(i)
		p.State, p.Decision, p.DecidedOn, p.Rank = to, d, p.PutForwardOn.AddDays(9), rank
		return p
	}
	answered := func(p domain.Proposal, to domain.ProposalState, reason domain.ProposalRefusal) domain.Proposal {
		p.State, p.AnsweredOn, p.RefusedFor = to, p.PutForwardOn.AddDays(13), reason
		return p
	}
	refused := func(i int, reason domain.ProposalRefusal) domain.Proposal {
		return answered(made(i), domain.ProposalRefused, reason)
	}
	ranked := decided(3, domain.DecisionRanked, domain.ProposalRetained, 2)
	withdrawn := made(2)
	withdrawn.State, withdrawn.WithdrawnOn = domain.ProposalWithdrawn, withdrawn.PutForwardOn.AddDays(3)
	return [][]domain.Proposal{
		{refused(0, domain.RefusedForRent), answered(decided(1, domain.DecisionRanked, "", 1), domain.ProposalRefused, domain.RefusedForSize), refused(2, domain.RefusedForLocation)},
		{made(4)},
		{withdrawn, ranked},
		{decided(1, domain.DecisionNotAttributed, domain.ProposalNotRetained, 0)},
		{answered(decided(2, domain.DecisionAttributed, "", 0), domain.ProposalAccepted, "")},
		{refused(1, domain.RefusedForTransport), decided(3, domain.DecisionConditional, domain.ProposalRetained, 0)},
		{refused(0, domain.RefusedBySilence), refused(1, domain.RefusedForOther), refused(3, domain.RefusedForDwelling)},
	}
}
