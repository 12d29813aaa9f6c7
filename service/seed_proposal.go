package service

import (
	"context"
	"fmt"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/building"
	"github.com/guichet-logement/guichet/ent/commune"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/proposal"
	"github.com/guichet-logement/guichet/ent/wish"
	"github.com/guichet-logement/guichet/policy"
)

// SeedProposals writes, once, what the landlord with that key proposed to some applicants whom
// the point with that key follows and who wish for a commune: one list of proposals each.
func (s *Service) SeedProposals(ctx context.Context, landlord, point string, code domain.InseeCode, told [][]domain.Proposal) error {
	ctx = policy.SeedProposals(ctx)
	return s.inTx(ctx, func(tx *ent.Tx) error {
		of, err := tx.Organisation.Query().Where(organisation.Key(landlord)).OnlyID(ctx)
		if err != nil {
			return err
		}
		there, err := tx.Proposal.Query().Where(proposal.LandlordID(of)).Exist(ctx)
		if err != nil || there {
			return err
		}
		candidates, err := tx.Application.Query().Where(
			activeAt(point), application.HasWishesWith(wish.HasCommuneWith(commune.InseeCode(code))),
		).Order(application.ByID()).Limit(len(told)).IDs(ctx)
		if err != nil {
			return err
		}
		homes, err := tx.Dwelling.Query().Where(
			dwelling.LandlordID(of), dwelling.HasBuildingWith(building.HasCommuneWith(commune.InseeCode(code))),
		).Order(dwelling.ByID()).Limit(domain.MaxCandidates).IDs(ctx)
		if err != nil {
			return err
		}
		for n, id := range candidates {
			for i, p := range told[n] {
				if i >= len(homes) {
					break
				}
				if err := seedProposal(ctx, tx, id, homes[i], of, p); err != nil {
					return fmt.Errorf("proposal %d of %s: %w", i, id, err)
				}
			}
		}
		return nil
	})
}

func seedProposal(ctx context.Context, tx *ent.Tx, id, home, landlord domain.ID, p domain.Proposal) error {
	made := p.PutForwardOn.At(domain.NewLocalTime(9, 0))
	return tx.Proposal.Create().SetID(domain.DerivedID(domain.ProposalPrefix, made, string(id)+" "+string(home))).
		SetApplicationID(id).SetDwellingID(home).SetLandlordID(landlord).SetState(p.State).SetPutForwardOn(p.PutForwardOn).
		SetNillableDecision(optional(p.Decision)).SetNillableRank(optional(p.Rank)).SetNillableDecidedOn(optional(p.DecidedOn)).
		SetNillableAnsweredOn(optional(p.AnsweredOn)).SetNillableRefusedFor(optional(p.RefusedFor)).
		SetNillableWithdrawnOn(optional(p.WithdrawnOn)).Exec(ctx)
}
