package main

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

// booked is an appointment of the operation BookAppointment.
type booked struct {
	ID             string          `json:"id"`
	State          string          `json:"state"`
	StartsAt       time.Time       `json:"startsAt"`
	EndsAt         time.Time       `json:"endsAt"`
	ReceptionPoint titled          `json:"receptionPoint"`
	Room           *titled         `json:"room"`
	Participants   json.RawMessage `json:"participants"`
	Version        int             `json:"version"`
}

// bookingInput is what the operation is sent.
type bookingInput struct {
	ApplicationID, Motive, Mode, ReceptionPointID string
	StartsAt                                      time.Time
}

// bookAppointment books in one statement, with what the applicant is told of it; what is taken
// is answered with the nearest slots, by the statement that searches. It puts nothing on record.
func (l *limit) bookAppointment(ctx context.Context, body []byte) ([]byte, error) {
	var v struct{ Input bookingInput }
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	in, now := v.Input, l.clock()
	ask, err := slotQuestion(in.Motive, now, nil)
	if err != nil {
		return nil, err
	}
	until, day := in.StartsAt.Add(ask.Motive.Length()), domain.DateOf(in.StartsAt)
	minute := int(in.StartsAt.Sub(day.At(0)) / time.Minute)
	viewer := auth.FromContext(ctx)
	var points []domain.ID
	for _, a := range viewer.Assignments {
		points = append(points, a.PointIDs...)
	}
	b := booked{ReceptionPoint: titled{}}
	var room, roomName *string
	err = l.booking.QueryRowContext(ctx, scope(ctx, in.ApplicationID, in.ReceptionPointID, in.StartsAt, until,
		`["`+in.Motive+`"]`, `["`+in.Mode+`"]`, ask.Motive.Level, ask.Motive.Roles[0],
		domain.NewID(domain.AppointmentPrefix, now), domain.NewID(domain.BookedTimePrefix, now), domain.NewID(domain.BookedTimePrefix, now),
		day, "SUMOTUWETHFRSA"[2*day.Weekday():][:2], minute, minute+ask.Motive.Minutes, viewer.PersonID, in.Motive, in.Mode,
		domain.NewID(domain.MessagePrefix, now), domain.NewID(domain.MessagePrefix, now), "48h", pq.Array(points))...,
	).Scan(&b.ID, &b.State, &b.StartsAt, &b.EndsAt, &b.Participants, &b.Version, &b.ReceptionPoint.ID, &b.ReceptionPoint.Name, &room, &roomName)
	var refused *pq.Error
	if errors.Is(err, sql.ErrNoRows) || errors.As(err, &refused) && refused.Code == "23P01" {
		return l.taken(ctx, in)
	}
	if err != nil {
		return nil, err
	}
	if room != nil {
		b.Room = &titled{*room, *roomName}
	}
	return data("bookAppointment", map[string]any{"appointment": b, "errors": []any{}})
}

// taken names the three nearest slots of the point within 28 days of the one that was wanted.
func (l *limit) taken(ctx context.Context, in bookingInput) ([]byte, error) {
	around := in.StartsAt.AddDate(0, 0, 28)
	ask, err := slotQuestion(in.Motive, l.clock(), &around)
	if err != nil {
		return nil, err
	}
	var near []slot
	err = queryEach(ctx, l.slotPage, func(scan func(...any) error) error {
		var s slot
		var all int
		err := scan(&s.ReceptionPointID, &s.StartsAt, &s.EndsAt, &all)
		near = append(near, s)
		return err
	}, pq.Array([]string{in.ReceptionPointID}), ask.Motive.Level, ask.Motive.Minutes, ask.Motive.Roles[0], `["`+in.Motive+`"]`, `["`+in.Mode+`"]`,
		ask.From, ask.Until, pq.Array(holidays(ask)), nil, "", 1000)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(near, func(a, b slot) int {
		return cmp.Compare(a.StartsAt.Sub(in.StartsAt).Abs(), b.StartsAt.Sub(in.StartsAt).Abs())
	})
	return data("bookAppointment", map[string]any{"appointment": nil, "errors": []any{map[string]any{
		"__typename": "SlotTakenError", "code": "SLOT_TAKEN", "field": []string{"startsAt"},
		"message": "Ce créneau n'est plus disponible.", "help": "Choisir l'un des créneaux proposés, ou chercher de nouveau.",
		"alternatives": near[:min(len(near), domain.AlternativeCount)],
	}}})
}
