package graph

import (
	"context"

	"github.com/guichet-logement/guichet/graph/model"
)

// BindAccount binds the viewer's account by a code.
func (r mutationResolver) BindAccount(ctx context.Context, in model.BindAccountInput) (*model.BindAccountPayload, error) {
	a, err := r.service.BindAccount(ctx, in.UniqueNumber, in.Code)
	refused, err := userErrors(ctx, err)
	return &model.BindAccountPayload{Application: a, Errors: refused}, err
}

// UnbindAccount unbinds the viewer's account.
func (r mutationResolver) UnbindAccount(ctx context.Context, in model.UnbindAccountInput) (*model.UnbindAccountPayload, error) {
	at, err := r.service.UnbindAccount(ctx, in.ApplicationID)
	refused, err := userErrors(ctx, err)
	return &model.UnbindAccountPayload{UnboundAt: unlessZero(at), Errors: refused}, err
}
