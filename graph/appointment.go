package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// Room is where the appointment takes place, if the viewer sees it.
func (appointmentResolver) Room(ctx context.Context, a *ent.Appointment) (*ent.Room, error) {
	room, err := a.Room(ctx)
	return room, ent.MaskNotFound(err)
}

// Participants are who is to come, for who sees the household.
func (appointmentResolver) Participants(_ context.Context, a *ent.Appointment) ([]*domain.Participant, error) {
	return pointers(service.ParticipantsOf(a)), nil
}

// AppointmentMotives lists the motives in use.
func (queryResolver) AppointmentMotives(ctx context.Context) ([]*domain.AppointmentMotive, error) {
	return pointers(domain.MotivesOn(auth.FromContext(ctx).Today())), nil
}

// Label is the motive in words, in the language asked or that of the viewer.
func (appointmentMotiveResolver) Label(ctx context.Context, m *domain.AppointmentMotive, language *domain.Language) (string, error) {
	if language == nil {
		return m.Words.In(auth.FromContext(ctx).Language), nil
	}
	return m.Words.In(*language), nil
}

// BookAppointment books an appointment.
func (r mutationResolver) BookAppointment(ctx context.Context, in model.BookAppointmentInput) (*model.BookAppointmentPayload, error) {
	a, err := r.service.BookAppointment(ctx, service.Booking{
		ApplicationID: in.ApplicationID, Motive: domain.MotiveCode(in.Motive), Mode: in.Mode, ReceptionPointID: in.ReceptionPointID,
		StartsAt: in.StartsAt, ParticipantIDs: in.ParticipantIds, OverbookedFor: valueOr(in.OverbookedFor),
	})
	refused, err := userErrors(ctx, err)
	return &model.BookAppointmentPayload{Appointment: a, Errors: refused}, err
}

// MoveAppointment moves an appointment.
func (r mutationResolver) MoveAppointment(ctx context.Context, in model.MoveAppointmentInput) (*model.MoveAppointmentPayload, error) {
	a, err := r.service.MoveAppointment(ctx, in.ID, in.Version, valueOr(in.ReceptionPointID), in.StartsAt, valueOr(in.Mode))
	refused, err := userErrors(ctx, err)
	return &model.MoveAppointmentPayload{Appointment: a, Errors: refused}, err
}

// CancelAppointment cancels an appointment.
func (r mutationResolver) CancelAppointment(ctx context.Context, in model.CancelAppointmentInput) (*model.CancelAppointmentPayload, error) {
	a, err := r.service.CancelAppointment(ctx, in.ID, in.Version)
	refused, err := userErrors(ctx, err)
	return &model.CancelAppointmentPayload{Appointment: a, Errors: refused}, err
}

// RecordAttendance records who came.
func (r mutationResolver) RecordAttendance(ctx context.Context, in model.RecordAttendanceInput) (*model.RecordAttendancePayload, error) {
	told := make([]domain.Participant, len(in.Participants))
	for i, p := range in.Participants {
		told[i] = *p
	}
	a, err := r.service.RecordAttendance(ctx, in.ID, in.Version, told)
	refused, err := userErrors(ctx, err)
	return &model.RecordAttendancePayload{Appointment: a, Errors: refused}, err
}
