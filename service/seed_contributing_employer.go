package service

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/contributingemployer"
)

// SandboxContributingEmployer is a fictional employer of the list of those that contribute. People are
// subjects; ConfirmedBy is empty for one that waits.
type SandboxContributingEmployer struct {
	ID                      domain.ID
	Siret                   domain.Siret
	Name                    string
	ProposedBy, ConfirmedBy string
	ProposedOn, ConfirmedOn domain.Date
}

func seedContributingEmployer(ctx context.Context, tx *ent.Tx, people map[string]domain.ID, e SandboxContributingEmployer) error {
	there, err := tx.ContributingEmployer.Query().Where(contributingemployer.ID(e.ID)).Exist(ctx)
	if err != nil || there {
		return err
	}
	c := tx.ContributingEmployer.Create().SetID(e.ID).SetSiret(e.Siret).SetName(e.Name).
		SetProposedByID(people[e.ProposedBy]).SetProposedOn(e.ProposedOn)
	if e.ConfirmedBy != "" {
		c.SetState(domain.EmployerConfirmed).SetConfirmedByID(people[e.ConfirmedBy]).SetConfirmedOn(e.ConfirmedOn)
	}
	return c.Exec(ctx)
}
