package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/contributingemployer"
	"github.com/guichet-logement/guichet/graph/model"
)

// ContributingEmployers lists the employers that contribute.
func (r queryResolver) ContributingEmployers(ctx context.Context, first int, afterID *domain.ID, where *model.ContributingEmployerFilter) ([]*ent.ContributingEmployer, error) {
	if err := domain.PageOf(first, maxListed); err != nil {
		return nil, err
	}
	q, err := r.ent.ContributingEmployer.Query().Limit(first).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	if afterID != nil {
		q.Where(contributingemployer.IDGT(*afterID))
	}
	if err := suchEmployers(q, where); err != nil {
		return nil, err
	}
	return q.All(ctx)
}

// suchEmployers keeps the employers that a filter asks for.
func suchEmployers(q *ent.ContributingEmployerQuery, where *model.ContributingEmployerFilter) error {
	if where == nil {
		return nil
	}
	if where.States != nil {
		q.Where(contributingemployer.StateIn(where.States...))
	}
	if where.Sirets != nil {
		q.Where(contributingemployer.SiretIn(where.Sirets...))
	}
	return tooMany("where.sirets", len(where.Sirets))
}

// ProposeContributingEmployers puts employers on the list.
func (r mutationResolver) ProposeContributingEmployers(ctx context.Context, in model.ProposeContributingEmployersInput) (*model.ProposeContributingEmployersPayload, error) {
	listed, err := r.service.ProposeContributingEmployers(ctx, in.Employers)
	refused, err := userErrors(ctx, err)
	return &model.ProposeContributingEmployersPayload{ContributingEmployers: listed, Errors: refused}, err
}

// ConfirmContributingEmployers confirms employers of the list.
func (r mutationResolver) ConfirmContributingEmployers(ctx context.Context, in model.ConfirmContributingEmployersInput) (*model.ConfirmContributingEmployersPayload, error) {
	listed, err := r.service.ConfirmContributingEmployers(ctx, in.Ids)
	refused, err := userErrors(ctx, err)
	return &model.ConfirmContributingEmployersPayload{ContributingEmployers: listed, Errors: refused}, err
}

// WithdrawContributingEmployers takes employers off the list.
func (r mutationResolver) WithdrawContributingEmployers(ctx context.Context, in model.WithdrawContributingEmployersInput) (*model.WithdrawContributingEmployersPayload, error) {
	listed, err := r.service.WithdrawContributingEmployers(ctx, in.Ids)
	refused, err := userErrors(ctx, err)
	return &model.WithdrawContributingEmployersPayload{ContributingEmployers: listed, Errors: refused}, err
}
