package service

import (
	"context"
	"slices"
	"strings"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/contributingemployer"
	"github.com/guichet-logement/guichet/policy"
)

// ProposeContributingEmployers puts employers on the list of those that contribute, all of them or none.
func (s *Service) ProposeContributingEmployers(ctx context.Context, employers []*domain.NamedEmployer) ([]*ent.ContributingEmployer, error) {
	v := auth.FromContext(ctx)
	sirets := make([]domain.Siret, len(employers))
	for i, e := range employers {
		e.Name, sirets[i] = strings.TrimSpace(e.Name), e.Siret
	}
	var made []domain.ID
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		granted, err := policy.ProposeContributingEmployers(ctx)
		if err != nil {
			return err
		}
		if err := domain.EmployersAtOnce(len(employers), "employers").Err(); err != nil {
			return err
		}
		listed, err := tx.ContributingEmployer.Query().
			Where(contributingemployer.SiretIn(sirets...), contributingemployer.StateNEQ(domain.EmployerWithdrawn)).All(granted)
		if err != nil {
			return err
		}
		there := make([]domain.Siret, len(listed))
		for i, e := range listed {
			there[i] = e.Siret
		}
		if err := domain.CheckEmployers(employers, there).Err(); err != nil {
			return err
		}
		rows, err := tx.ContributingEmployer.MapCreateBulk(employers, func(c *ent.ContributingEmployerCreate, i int) {
			c.SetSiret(employers[i].Siret).SetName(employers[i].Name).SetProposedByID(v.PersonID).SetProposedOn(v.Today())
		}).Save(granted)
		if err != nil {
			return err
		}
		for _, e := range rows {
			made = append(made, e.ID)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.seenEmployers(ctx, made)
}

// ConfirmContributingEmployers confirms employers of the list, all of them or none: Action Logement sees
// from then on the applications of adults who work there.
func (s *Service) ConfirmContributingEmployers(ctx context.Context, ids []domain.ID) ([]*ent.ContributingEmployer, error) {
	v := auth.FromContext(ctx)
	return s.onEmployers(ctx, ids, domain.EmployerConfirmed, func(rows []*ent.ContributingEmployer) (context.Context, error) {
		return policy.ConfirmContributingEmployers(ctx, rows)
	}, func(u *ent.ContributingEmployerUpdate) { u.SetConfirmedByID(v.PersonID).SetConfirmedOn(v.Today()) })
}

// WithdrawContributingEmployers takes employers off the list, all of them or none, and with each what it
// opened.
func (s *Service) WithdrawContributingEmployers(ctx context.Context, ids []domain.ID) ([]*ent.ContributingEmployer, error) {
	v := auth.FromContext(ctx)
	return s.onEmployers(ctx, ids, domain.EmployerWithdrawn, func([]*ent.ContributingEmployer) (context.Context, error) {
		return policy.WithdrawContributingEmployers(ctx)
	}, func(u *ent.ContributingEmployerUpdate) { u.SetWithdrawnByID(v.PersonID).SetWithdrawnOn(v.Today()) })
}

// onEmployers takes employers that the viewer sees to their next state, and settles who sees
// the applications of those whom they employ.
func (s *Service) onEmployers(ctx context.Context, ids []domain.ID, next domain.ContributingEmployerState,
	decide func([]*ent.ContributingEmployer) (context.Context, error), note func(*ent.ContributingEmployerUpdate),
) ([]*ent.ContributingEmployer, error) {
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		rows, err := tx.ContributingEmployer.Query().Where(contributingemployer.IDIn(ids[:min(len(ids), domain.MaxEmployersAtOnce)]...)).
			ForUpdate().All(ctx)
		if err != nil {
			return err
		}
		granted, err := decide(rows)
		if err != nil {
			return err
		}
		if err := domain.EmployersAtOnce(len(ids), "ids").Err(); err != nil {
			return err
		}
		states, sirets := make([]domain.ContributingEmployerState, len(ids)), make([]domain.Siret, len(ids))
		for i, id := range ids {
			at := slices.IndexFunc(rows, func(e *ent.ContributingEmployer) bool { return e.ID == id })
			if at < 0 {
				return noSuchThing()
			}
			states[i], sirets[i] = rows[at].State, rows[at].Siret
		}
		if err := domain.CheckEmployerStep(states, next).Err(); err != nil {
			return err
		}
		u := tx.ContributingEmployer.Update().Where(contributingemployer.IDIn(ids...)).SetState(next)
		note(u)
		if err := u.Exec(granted); err != nil {
			return err
		}
		employed, err := employedBy(granted, tx, sirets)
		if err != nil {
			return err
		}
		for chunk := range slices.Chunk(employed, checkedAtOnce) {
			_, err := tx.Application.Query().Where(application.IDIn(chunk...)).Order(application.ByID()).ForUpdate().IDs(granted)
			if err != nil {
				return err
			}
			if err := settleAccess(granted, tx, chunk...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.seenEmployers(ctx, ids)
}

func (s *Service) seenEmployers(ctx context.Context, ids []domain.ID) ([]*ent.ContributingEmployer, error) {
	return s.ent.ContributingEmployer.Query().Where(contributingemployer.IDIn(ids...)).All(ctx)
}

// holdEmployer has the list stay as it is for an employer until what an adult says of work is
// written and settled: who confirms it at that moment settles the application, or is seen here.
func (l *living) holdEmployer(granted context.Context, w *domain.Work) error {
	if w.EmployerSiret == "" {
		return nil
	}
	_, err := l.tx.ContributingEmployer.Query().
		Where(contributingemployer.SiretEQ(domain.Siret(w.EmployerSiret)), contributingemployer.StateNEQ(domain.EmployerWithdrawn)).
		ForShare().IDs(granted)
	return err
}
