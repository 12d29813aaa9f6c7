package graph

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/orientation"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// Orientations lists what the viewer's points sent and were sent.
func (r queryResolver) Orientations(ctx context.Context, first int, afterID *domain.ID, where *model.OrientationFilter) ([]*ent.Orientation, error) {
	if err := domain.PageOf(first, maxListed); err != nil {
		return nil, err
	}
	q, err := r.ent.Orientation.Query().Where(orientationsThat(ctx, afterID, where)...).Limit(first).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.All(ctx)
}

func orientationsThat(ctx context.Context, after *domain.ID, where *model.OrientationFilter) []predicate.Orientation {
	if where == nil {
		where = &model.OrientationFilter{}
	}
	keep := []predicate.Orientation{service.OrientationsThat(auth.FromContext(ctx), where.Direction, where.States, where.Overdue)}
	if after != nil {
		keep = append(keep, orientation.IDGT(*after))
	}
	return keep
}

// maxOrientations bounds those of one application.
const maxOrientations = 50

// Orientations are those of the application, the last one first. One that the viewer sees
// at its point tells nothing of whom it is.
func (applicationResolver) Orientations(ctx context.Context, a *ent.Application) ([]*ent.Orientation, error) {
	all, err := a.NamedOrientations(alias(ctx))
	if ent.IsNotLoaded(err) {
		all, err = a.QueryOrientations().All(ctx)
	}
	shown := slices.DeleteFunc(slices.Clone(all), func(o *ent.Orientation) bool { return !service.KnownAbout(o) })
	slices.SortFunc(shown, func(a, b *ent.Orientation) int { return b.SentAt.Compare(a.SentAt) })
	return shown[:min(len(shown), maxOrientations)], err
}

// Application is that of the orientation, if the viewer may know.
func (orientationResolver) Application(ctx context.Context, o *ent.Orientation) (*ent.Application, error) {
	if !service.KnownAbout(o) {
		return nil, nil
	}
	a, err := o.Application(ctx)
	return a, ent.MaskNotFound(err)
}

// Steps are those that were taken.
func (orientationResolver) Steps(_ context.Context, o *ent.Orientation) ([]*domain.OrientationStep, error) {
	return pointers(service.OrientationOf(o).Steps()), nil
}

// Overdue tells whether the next step is late.
func (orientationResolver) Overdue(ctx context.Context, o *ent.Orientation) (bool, error) {
	return service.OrientationOf(o).Overdue(auth.FromContext(ctx).Today()), nil
}

// OrientApplicant sends an applicant to a point of level 3.
func (r mutationResolver) OrientApplicant(ctx context.Context, in model.OrientApplicantInput) (*model.OrientApplicantPayload, error) {
	o, err := r.service.OrientApplicant(ctx, in.ApplicationID, in.ReceptionPointID, in.Reason)
	refused, err := userErrors(ctx, err)
	return &model.OrientApplicantPayload{Orientation: o, Errors: refused}, err
}

// AcceptOrientation accepts one.
func (r mutationResolver) AcceptOrientation(ctx context.Context, in model.AcceptOrientationInput) (*model.AcceptOrientationPayload, error) {
	var code string
	if in.Code != nil {
		code = *in.Code
	}
	o, err := r.service.AcceptOrientation(ctx, in.ID, code)
	refused, err := userErrors(ctx, err)
	return &model.AcceptOrientationPayload{Orientation: o, Errors: refused}, err
}

// DeclineOrientation declines one.
func (r mutationResolver) DeclineOrientation(ctx context.Context, in model.DeclineOrientationInput) (*model.DeclineOrientationPayload, error) {
	o, err := r.service.DeclineOrientation(ctx, in.ID, in.Reason)
	refused, err := userErrors(ctx, err)
	return &model.DeclineOrientationPayload{Orientation: o, Errors: refused}, err
}

// WithdrawOrientation takes one back.
func (r mutationResolver) WithdrawOrientation(ctx context.Context, in model.WithdrawOrientationInput) (*model.WithdrawOrientationPayload, error) {
	o, err := r.service.WithdrawOrientation(ctx, in.ID)
	refused, err := userErrors(ctx, err)
	return &model.WithdrawOrientationPayload{Orientation: o, Errors: refused}, err
}

// RecordOrientationReceived records that the applicant was there.
func (r mutationResolver) RecordOrientationReceived(ctx context.Context, in model.RecordOrientationReceivedInput) (*model.RecordOrientationReceivedPayload, error) {
	o, err := r.service.RecordOrientationReceived(ctx, in.ID)
	refused, err := userErrors(ctx, err)
	return &model.RecordOrientationReceivedPayload{Orientation: o, Errors: refused}, err
}

// ReportBackOrientation tells what came of one.
func (r mutationResolver) ReportBackOrientation(ctx context.Context, in model.ReportBackOrientationInput) (*model.ReportBackOrientationPayload, error) {
	o, err := r.service.ReportBackOrientation(ctx, in.ID, in.Outcome)
	refused, err := userErrors(ctx, err)
	return &model.ReportBackOrientationPayload{Orientation: o, Errors: refused}, err
}
