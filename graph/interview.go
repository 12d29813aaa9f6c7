package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
)

// Appointment is the one for which it was held, if the viewer sees that.
func (interviewResolver) Appointment(ctx context.Context, i *ent.Interview) (*ent.Appointment, error) {
	a, err := i.Appointment(ctx)
	return a, ent.MaskNotFound(err)
}

// RecordInterview writes an interview down.
func (r mutationResolver) RecordInterview(ctx context.Context, in model.RecordInterviewInput) (*model.RecordInterviewPayload, error) {
	form := domain.InterviewForm{Kind: in.Kind, HeldOn: in.HeldOn, Project: in.Project}
	for _, n := range in.Notes {
		form.Notes = append(form.Notes, *n)
	}
	held, err := r.service.RecordInterview(ctx, in.ApplicationID, valueOr(in.AppointmentID), form)
	refused, err := userErrors(ctx, err)
	return &model.RecordInterviewPayload{Interview: held, Errors: refused}, err
}
