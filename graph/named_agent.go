package graph

import (
	"context"

	"github.com/guichet-logement/guichet/graph/model"
)

// ProtectApplication protects an application and proposes its agents.
func (r mutationResolver) ProtectApplication(ctx context.Context, in model.ProtectApplicationInput) (*model.ProtectApplicationPayload, error) {
	a, err := r.service.ProtectApplication(ctx, in.ApplicationID, in.Version, in.AgentIds)
	refused, err := userErrors(ctx, err)
	return &model.ProtectApplicationPayload{Application: a, Errors: refused}, err
}

// ConfirmProtection confirms the agents of a protected application.
func (r mutationResolver) ConfirmProtection(ctx context.Context, in model.ConfirmProtectionInput) (*model.ConfirmProtectionPayload, error) {
	a, err := r.service.ConfirmProtection(ctx, in.ApplicationID, in.AgentIds)
	refused, err := userErrors(ctx, err)
	return &model.ConfirmProtectionPayload{Application: a, Errors: refused}, err
}

// ReopenToApplicant reopens a protected application to one account.
func (r mutationResolver) ReopenToApplicant(ctx context.Context, in model.ReopenToApplicantInput) (*model.ReopenToApplicantPayload, error) {
	a, err := r.service.ReopenToApplicant(ctx, in.ApplicationID, in.MemberID)
	refused, err := userErrors(ctx, err)
	return &model.ReopenToApplicantPayload{Application: a, Errors: refused}, err
}
