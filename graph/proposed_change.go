package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
)

// Values are those that are proposed.
func (proposedChangeResolver) Values(_ context.Context, p *ent.ProposedChange) ([]*domain.FormValue, error) {
	return pointers(p.Correction.Values()), nil
}

// ProposeChange proposes a correction.
func (r mutationResolver) ProposeChange(ctx context.Context, in model.ProposeChangeInput) (*model.ProposeChangePayload, error) {
	a, err := r.service.ProposeChange(ctx, in.ApplicationID, *in.Correction)
	refused, err := userErrors(ctx, err)
	return &model.ProposeChangePayload{Application: a, Errors: refused}, err
}

// AcceptProposedChange accepts a correction.
func (r mutationResolver) AcceptProposedChange(ctx context.Context, in model.AcceptProposedChangeInput) (*model.AcceptProposedChangePayload, error) {
	a, err := r.service.AcceptProposedChange(ctx, in.ID)
	refused, err := userErrors(ctx, err)
	return &model.AcceptProposedChangePayload{Application: a, Errors: refused}, err
}

// DeclineProposedChange declines a correction.
func (r mutationResolver) DeclineProposedChange(ctx context.Context, in model.DeclineProposedChangeInput) (*model.DeclineProposedChangePayload, error) {
	a, err := r.service.DeclineProposedChange(ctx, in.ID)
	refused, err := userErrors(ctx, err)
	return &model.DeclineProposedChangePayload{Application: a, Errors: refused}, err
}
