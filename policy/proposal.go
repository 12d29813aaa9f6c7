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
// outcome, once the commission has decided or the candidate has answered. The allocation
// officers of the landlord, and of the holder of the reservation right under which it is, see
// all of it, whatever ground opens the application to them, and of others' proposals nothing.
func installProposal() {
	guard.Register("Proposal", func(v *auth.Viewer, q *ent.ProposalQuery) {
		q.Where(SeenProposals(v)).Order(proposal.ByApplicationID(), proposal.ByPutForwardOn(), proposal.ByID())
		alsoSelect(q, proposal.FieldApplicationID, proposal.FieldLandlordID, proposal.FieldReservataireID, proposal.FieldPutForwardOn)
	})
}

// SeenProposals keeps the proposals that the viewer sees, and of which its filters may tell.
func SeenProposals(v *auth.Viewer) predicate.Proposal {
	if v.Applicant {
		return DecisionsOpen(v)
	}
	own := allocatingAt(v)
	return proposal.Or(
		proposal.And(DecisionsOpen(v), proposal.Or(proposal.DecidedOnNotNil(), proposal.AnsweredOnNotNil())),
		proposal.And(
			proposal.Or(proposal.LandlordIDIn(own...), proposal.ReservataireIDIn(own...)),
			predicate.Proposal(partOpenedTo(v, domain.GroupIdentity.Bit())),
		),
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

// AllocatesFor tells whether the viewer is an authorised allocation officer of the organisation.
func AllocatesFor(ctx context.Context, organisation domain.ID) bool {
	v := auth.FromContext(ctx)
	return v != nil && slices.Contains(allocatingAt(v), organisation)
}

// SeedProposals writes what a landlord of a sandbox proposed.
func SeedProposals(ctx context.Context) context.Context {
	return guard.Grant(ctx, "seed proposals", proposalTypes...)
}

// SeesWhole tells whether all of a proposal that the viewer read is for it, and not its outcome
// alone: for the applicant, the landlord and the holder of the right under which it is.
func SeesWhole(v *auth.Viewer, p *ent.Proposal) bool {
	if v == nil || v.Applicant {
		return v != nil
	}
	own := allocatingAt(v)
	return slices.Contains(own, p.LandlordID) || p.ReservataireID != nil && slices.Contains(own, *p.ReservataireID)
}

// proposalTypes are what an act on a proposal writes.
var proposalTypes = []string{"Proposal"}

// OnProposal decides whether the viewer, who holds these grounds on an application, may do the
// act on a proposal for that organisation, the landlord or the holder of the reservation right:
// by a ground of that one's own. An act opens nothing to who does it.
func OnProposal(ctx context.Context, act ApplicationAct, of domain.ID, held []Claim, at Places) (context.Context, *Claim, error) {
	own := slices.DeleteFunc(slices.Clone(held), func(c Claim) bool {
		return c.Assignment == nil || c.Assignment.OrganisationID != of
	})
	return ActOn(ctx, act, own, at)
}
