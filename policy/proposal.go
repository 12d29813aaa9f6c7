package policy

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/proposal"
	"github.com/guichet-logement/guichet/policy/guard"
)

// A proposal is seen with the column group DECISIONS: by the applicant whole, by the desk its
// outcome, once the commission has decided or the candidate has answered. Of what it proposed
// itself a landlord's allocation officers see all, whatever ground opens the application to
// them, and of what other landlords proposed nothing.
func installProposal() {
	guard.Register("Proposal", func(v *auth.Viewer, q *ent.ProposalQuery) {
		q.Where(seenProposals(v)).Order(proposal.ByApplicationID(), proposal.ByPutForwardOn(), proposal.ByID())
		alsoSelect(q, proposal.FieldApplicationID, proposal.FieldLandlordID, proposal.FieldPutForwardOn)
	})
}

func seenProposals(v *auth.Viewer) predicate.Proposal {
	if v.Applicant {
		return DecisionsOpen(v)
	}
	return proposal.Or(
		proposal.And(DecisionsOpen(v), proposal.Or(proposal.DecidedOnNotNil(), proposal.AnsweredOnNotNil())),
		proposal.And(proposal.LandlordIDIn(allocatingAt(v)...), predicate.Proposal(partOpenedTo(v, domain.GroupIdentity.Bit()))),
	)
}

// DecisionsOpen keeps the proposals of applications whose decisions a ground opens to the
// viewer.
func DecisionsOpen(v *auth.Viewer) predicate.Proposal {
	return predicate.Proposal(partOpenedTo(v, domain.GroupDecisions.Bit()))
}

// allocatingAt are the organisations of which the viewer is an authorised allocation officer.
func allocatingAt(v *auth.Viewer) []domain.ID {
	all := []domain.ID{}
	for _, a := range v.Assignments {
		if a.Role == domain.AllocationOfficer && a.Authorised && throughApp(v) {
			all = append(all, a.OrganisationID)
		}
	}
	return all
}

// SeedProposals writes what a landlord of a sandbox proposed.
func SeedProposals(ctx context.Context) context.Context {
	return guard.Grant(ctx, "seed proposals", proposalTypes...)
}

// SeesRank tells whether the rank of a proposal that the viewer read is for it, which tells
// of other candidates: for the applicant and the landlord.
func SeesRank(v *auth.Viewer, p *ent.Proposal) bool {
	return v != nil && (v.Applicant || slices.Contains(allocatingAt(v), p.LandlordID))
}

// proposalTypes are what an act on a proposal writes.
var proposalTypes = []string{"Proposal"}

// OnProposal decides whether the viewer, who holds these grounds on an application, may do the
// act on a proposal of that landlord: by a ground of the landlord's own. An act opens nothing.
func OnProposal(ctx context.Context, act ApplicationAct, landlord domain.ID, held []Claim, at Places) (context.Context, *Claim, error) {
	own := slices.DeleteFunc(slices.Clone(held), func(c Claim) bool {
		return c.Assignment == nil || c.Assignment.OrganisationID != landlord
	})
	return ActOn(ctx, act, own, at)
}
