package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
)

// RenewalDue tells whether the application has to be renewed.
func (applicationResolver) RenewalDue(ctx context.Context, a *ent.Application) (bool, error) {
	today := auth.FromContext(ctx).Today()
	life := domain.Life{State: a.State, ValidUntil: a.ValidUntil}
	return life.RenewalDue(domain.LegalClocksOn(today), today), nil
}

// RegisterApplication deposits an application at a point.
func (r mutationResolver) RegisterApplication(ctx context.Context, in model.RegisterApplicationInput) (*model.RegisterApplicationPayload, error) {
	a, err := r.service.RegisterApplication(ctx, in.ReceptionPointID, *in.Form)
	refused, err := userErrors(ctx, err)
	return &model.RegisterApplicationPayload{Application: a, Errors: refused}, err
}

// ValidateApplication registers an application.
func (r mutationResolver) ValidateApplication(ctx context.Context, in model.ValidateApplicationInput) (*model.ValidateApplicationPayload, error) {
	a, err := r.service.ValidateApplication(ctx, in.ApplicationID)
	refused, err := userErrors(ctx, err)
	return &model.ValidateApplicationPayload{Application: a, Errors: refused}, err
}

// RejectApplication does not register an application.
func (r mutationResolver) RejectApplication(ctx context.Context, in model.RejectApplicationInput) (*model.RejectApplicationPayload, error) {
	a, err := r.service.RejectApplication(ctx, in.ApplicationID, in.Reason)
	refused, err := userErrors(ctx, err)
	return &model.RejectApplicationPayload{Application: a, Errors: refused}, err
}

// DepositApplicationAgain deposits again what was rejected.
func (r mutationResolver) DepositApplicationAgain(ctx context.Context, in model.DepositApplicationAgainInput) (*model.DepositApplicationAgainPayload, error) {
	a, err := r.service.DepositApplicationAgain(ctx, in.ApplicationID)
	refused, err := userErrors(ctx, err)
	return &model.DepositApplicationAgainPayload{Application: a, Errors: refused}, err
}

// RenewApplication renews an application.
func (r mutationResolver) RenewApplication(ctx context.Context, in model.RenewApplicationInput) (*model.RenewApplicationPayload, error) {
	a, err := r.service.RenewApplication(ctx, in.ApplicationID, in.ConfirmedByApplicant)
	refused, err := userErrors(ctx, err)
	return &model.RenewApplicationPayload{Application: a, Errors: refused}, err
}

// RecordNotice notes that the applicant was given something.
func (r mutationResolver) RecordNotice(ctx context.Context, in model.RecordNoticeInput) (*model.RecordNoticePayload, error) {
	a, err := r.service.RecordNotice(ctx, in.ApplicationID, in.Notice)
	refused, err := userErrors(ctx, err)
	return &model.RecordNoticePayload{Application: a, Errors: refused}, err
}

// WarnApplicant warns of a removal.
func (r mutationResolver) WarnApplicant(ctx context.Context, in model.WarnApplicantInput) (*model.WarnApplicantPayload, error) {
	a, err := r.service.WarnApplicant(ctx, in.ApplicationID, in.Reason)
	refused, err := userErrors(ctx, err)
	return &model.WarnApplicantPayload{Application: a, Errors: refused}, err
}

// WithdrawWarning takes a warning back.
func (r mutationResolver) WithdrawWarning(ctx context.Context, in model.WithdrawWarningInput) (*model.WithdrawWarningPayload, error) {
	a, err := r.service.WithdrawWarning(ctx, in.ApplicationID)
	refused, err := userErrors(ctx, err)
	return &model.WithdrawWarningPayload{Application: a, Errors: refused}, err
}

// RemoveApplication removes an application.
func (r mutationResolver) RemoveApplication(ctx context.Context, in model.RemoveApplicationInput) (*model.RemoveApplicationPayload, error) {
	a, err := r.service.RemoveApplication(ctx, in.ApplicationID, in.Reason)
	refused, err := userErrors(ctx, err)
	return &model.RemoveApplicationPayload{Application: a, Errors: refused}, err
}

// ReactivateApplication takes a removal back.
func (r mutationResolver) ReactivateApplication(ctx context.Context, in model.ReactivateApplicationInput) (*model.ReactivateApplicationPayload, error) {
	a, err := r.service.ReactivateApplication(ctx, in.ApplicationID)
	refused, err := userErrors(ctx, err)
	return &model.ReactivateApplicationPayload{Application: a, Errors: refused}, err
}

// MergeApplications merges two applications.
func (r mutationResolver) MergeApplications(ctx context.Context, in model.MergeApplicationsInput) (*model.MergeApplicationsPayload, error) {
	a, err := r.service.MergeApplications(ctx, in.SurvivorID, in.MergedID)
	refused, err := userErrors(ctx, err)
	return &model.MergeApplicationsPayload{Application: a, Errors: refused}, err
}

// UndoMerge undoes a merge.
func (r mutationResolver) UndoMerge(ctx context.Context, in model.UndoMergeInput) (*model.UndoMergePayload, error) {
	a, err := r.service.UndoMerge(ctx, in.ApplicationID)
	refused, err := userErrors(ctx, err)
	return &model.UndoMergePayload{Application: a, Errors: refused}, err
}

// SplitApplication parts a household.
func (r mutationResolver) SplitApplication(ctx context.Context, in model.SplitApplicationInput) (*model.SplitApplicationPayload, error) {
	a, err := r.service.SplitApplication(ctx, in.ApplicationID, in.MemberIds, *in.Form)
	refused, err := userErrors(ctx, err)
	return &model.SplitApplicationPayload{Application: a, Errors: refused}, err
}
