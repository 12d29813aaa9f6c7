package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/draft"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// Drafts lists the forms that the viewer has not deposited.
func (r queryResolver) Drafts(ctx context.Context, first int) ([]*ent.Draft, error) {
	if err := domain.PageOf(first, domain.MaxDrafts); err != nil {
		return nil, err
	}
	q, err := r.ent.Draft.Query().Order(draft.ByID()).Limit(first).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.All(ctx)
}

// KeptUntil is the last day on which the draft is there.
func (draftResolver) KeptUntil(_ context.Context, d *ent.Draft) (*domain.Date, error) {
	last := service.DraftKeptUntil(d)
	return &last, nil
}

// Values are what the draft states.
func (draftResolver) Values(_ context.Context, d *ent.Draft) ([]*domain.FormValue, error) {
	return pointers(d.Form.Values()), nil
}

// Missing is what keeps the draft from being deposited today.
func (draftResolver) Missing(ctx context.Context, d *ent.Draft) ([]model.UserError, error) {
	return userErrors(ctx, d.Form.Check(auth.FromContext(ctx).Today()).Err())
}

// SaveDraft keeps a form.
func (r mutationResolver) SaveDraft(ctx context.Context, in model.SaveDraftInput) (*model.SaveDraftPayload, error) {
	d, err := r.service.SaveDraft(ctx, service.DraftSaved{
		ID: in.ID, Version: in.Version, Point: in.ReceptionPointID, Form: *in.Form,
	})
	refused, err := userErrors(ctx, err)
	return &model.SaveDraftPayload{Draft: d, Errors: refused}, err
}

// DepositDraft deposits the application of a draft.
func (r mutationResolver) DepositDraft(ctx context.Context, in model.DepositDraftInput) (*model.DepositDraftPayload, error) {
	a, err := r.service.DepositDraft(ctx, in.ID, in.Version)
	refused, err := userErrors(ctx, err)
	return &model.DepositDraftPayload{Application: a, Errors: refused}, err
}

// DiscardDraft throws a draft away.
func (r mutationResolver) DiscardDraft(ctx context.Context, in model.DiscardDraftInput) (*model.DiscardDraftPayload, error) {
	err := r.service.DiscardDraft(ctx, in.ID)
	refused, err := userErrors(ctx, err)
	payload := &model.DiscardDraftPayload{Errors: refused}
	if len(refused) == 0 {
		payload.DiscardedID = &in.ID
	}
	return payload, err
}
