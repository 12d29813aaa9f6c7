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

// ProposeEmployers puts employers on the list of those that contribute, all of them or none.
func (s *Service) ProposeEmployers(ctx context.Context, employers []*domain.NamedEmployer) ([]*ent.ContributingEmployer, error) {
	v := auth.FromContext(ctx)
	sirets := make([]domain.Siret, len(employers))
	for i := range employers {
		employers[i].Name = strings.TrimSpace(employers[i].Name)
		sirets[i] = employers[i].Siret
	}
	var made []domain.ID
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		granted, err := policy.ProposeEmployers(ctx)
		if err != nil {
			return err
		}
		if err := domain.CheckEmployers(employers, nil).Err(); err != nil { // before so many are looked up
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
		made = employerIDs(rows)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.seenEmployers(ctx, made)
}

func employerIDs(rows []*ent.ContributingEmployer) []domain.ID {
	ids := make([]domain.ID, len(rows))
	for i, e := range rows {
		ids[i] = e.ID
	}
	return ids
}

// ConfirmEmployers confirms employers of the list, all of them or none: Action Logement sees
// from then on the applications of adults who work there.
func (s *Service) ConfirmEmployers(ctx context.Context, ids []domain.ID) ([]*ent.ContributingEmployer, error) {
	v := auth.FromContext(ctx)
	return s.onEmployers(ctx, ids, domain.EmployerConfirmed, func(rows []*ent.ContributingEmployer) (context.Context, error) {
		return policy.ConfirmEmployers(ctx, rows)
	}, func(u *ent.ContributingEmployerUpdate) { u.SetConfirmedByID(v.PersonID).SetConfirmedOn(v.Today()) })
}

// WithdrawEmployers takes employers off the list, all of them or none, and with each what it
// opened.
func (s *Service) WithdrawEmployers(ctx context.Context, ids []domain.ID) ([]*ent.ContributingEmployer, error) {
	v := auth.FromContext(ctx)
	return s.onEmployers(ctx, ids, domain.EmployerWithdrawn, func([]*ent.ContributingEmployer) (context.Context, error) {
		return policy.WithdrawEmployers(ctx)
	}, func(u *ent.ContributingEmployerUpdate) { u.SetWithdrawnByID(v.PersonID).SetWithdrawnOn(v.Today()) })
}

// onEmployers takes employers that the viewer sees to their next state, and settles who sees
// the applications of those whom they employ.
func (s *Service) onEmployers(ctx context.Context, ids []domain.ID, next domain.EmployerState,
	decide func([]*ent.ContributingEmployer) (context.Context, error), note func(*ent.ContributingEmployerUpdate),
) ([]*ent.ContributingEmployer, error) {
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		// One more than is allowed tells that there are too many.
		rows, err := tx.ContributingEmployer.Query().Where(contributingemployer.IDIn(ids...)).
			Limit(domain.MaxEmployersAtOnce + 1).ForUpdate().All(ctx)
		if err != nil {
			return err
		}
		granted, err := decide(rows)
		if err != nil {
			return err
		}
		states := make([]domain.EmployerState, len(ids))
		var sirets []domain.Siret
		for i, id := range ids {
			at := slices.IndexFunc(rows, func(e *ent.ContributingEmployer) bool { return e.ID == id })
			if at < 0 && len(ids) <= domain.MaxEmployersAtOnce {
				return noSuchThing()
			}
			if at >= 0 {
				states[i], sirets = rows[at].State, append(sirets, rows[at].Siret)
			}
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
