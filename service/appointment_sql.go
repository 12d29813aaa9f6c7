package service

import (
	"context"
	stdsql "database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/bookedtime"
	"github.com/guichet-logement/guichet/ent/message"
)

// bookingFacts is what a booking is checked against, as it is once the lock of its day is had.
type bookingFacts struct {
	// there tells whether there is such a reception point.
	there bool
	// lapsed: time is held for somebody on the waiting list who let it lapse.
	lapsed bool
	// upcoming are when the application is to come, had is how many appointments it ever had.
	upcoming []domain.Period
	had      int
	// members are the people of the household, adults those who come where nobody is named.
	members, adults []domain.ID
	// sent: the point accepted that the applicant was sent there. offered: an appointment of
	// that motive was offered.
	sent, offered bool
	// messages is how many the application has.
	messages int
}

// plannedOnce has what is asked from then on in the transaction planned once for all.
const plannedOnce = "set_config('plan_cache_mode', 'force_generic_plan', true)"

// lockedDay has nobody else book at a point on a day, $1, until the transaction ends, and the
// rest of it [plannedOnce].
const lockedDay = "(pg_advisory_xact_lock(hashtextextended($1, 0)))::text || " + plannedOnce

// factsOfBooking reads them: $1 the lock, $2 now, $3 the point, $4 the motive, $5 the
// application, $6 the links of adults.
const factsOfBooking = `
SELECT ` + lockedDay + `,
	EXISTS (SELECT FROM reception_point WHERE id = $3),
	EXISTS (SELECT FROM waiting_place WHERE state = 'OFFERED' AND held_until <= $2),
	(SELECT count(*) FROM appointment WHERE application_id = $5),
	(SELECT string_agg(timestamptz_send(starts_at) || timestamptz_send(ends_at), '' ORDER BY id) FROM appointment
		WHERE application_id = $5 AND state = 'UPCOMING' AND ends_at > $2),
	ARRAY(SELECT id FROM household_member WHERE application_id = $5 ORDER BY id),
	ARRAY(SELECT id FROM household_member WHERE application_id = $5 AND link = ANY($6) ORDER BY id),
	EXISTS (SELECT FROM orientation WHERE application_id = $5 AND to_point_id = $3 AND state = 'ACCEPTED'),
	EXISTS (SELECT FROM appointment_offer WHERE application_id = $5 AND motive = $4),
	(SELECT count(*) FROM message WHERE application_id = $5)`

// factsOf has nobody else book at the point on that day until the transaction ends, and reads
// what a booking there is checked against.
func (a *acting) factsOf(granted context.Context, b Booking, w *seat) (f bookingFacts, err error) {
	rows, err := a.tx.QueryContext(granted, factsOfBooking, dayKey(b.ReceptionPointID, domain.DateOf(w.at.From)), w.now,
		b.ReceptionPointID, b.Motive, b.ApplicationID, pq.Array(domain.AdultLinks()))
	if err != nil {
		return f, lockRefused(err)
	}
	defer func() { _ = rows.Close() }()
	var locked string
	var upcoming instants
	var members, adults pq.StringArray
	if rows.Next() {
		err = rows.Scan(&locked, &f.there, &f.lapsed, &f.had, (*[]byte)(&upcoming), &members, &adults, &f.sent, &f.offered, &f.messages)
	}
	f.upcoming, f.members, f.adults = upcoming.periods(), idsOf(members), idsOf(adults)
	return f, lockRefused(errors.Join(err, rows.Err()))
}

func idsOf(words []string) []domain.ID {
	ids := make([]domain.ID, len(words))
	for i, w := range words {
		ids[i] = domain.ID(w)
	}
	return ids
}

// storedBooking writes an appointment, who holds it, whose time it takes and what the
// applicant is told, in one statement.
//
//go:embed appointment.sql
var storedBooking string

// store writes what was booked.
func (a *acting) store(granted context.Context, made *ent.Appointment, team domain.Team, overbooked bool, told []news) error {
	participants, err := json.Marshal(made.Participants)
	if err != nil {
		return err
	}
	var ids []domain.ID
	var people, rooms []stdsql.NullString
	some := func(id domain.ID) stdsql.NullString { return stdsql.NullString{String: string(id), Valid: id != ""} }
	take := func(person, room domain.ID) {
		ids = append(ids, bookedtime.DefaultID())
		people, rooms = append(people, some(person)), append(rooms, some(room))
	}
	for _, person := range team.People {
		take(person, "")
	}
	if team.RoomID != "" {
		take("", team.RoomID)
	}
	var messages []domain.ID
	var kinds []domain.MessageKind
	var due []string
	for _, n := range told {
		messages, kinds, due = append(messages, message.DefaultID()), append(kinds, n.kind), append(due, n.due.Format(time.RFC3339Nano))
	}
	_, err = a.tx.ExecContext(granted, storedBooking,
		made.ID, made.ApplicationID, made.Motive, made.Sensitive, made.Mode, made.ReceptionPointID, made.RoomID, made.StartsAt, made.EndsAt,
		string(participants), made.BookedAt, made.BookedByID, made.OverbookedFor, pq.Array(team.People),
		pq.Array(ids), pq.Array(people), pq.Array(rooms), overbooked, pq.Array(messages), pq.Array(kinds), pq.Array(due))
	return err
}

// dayKey names the lock of a point on a day.
func dayKey(point domain.ID, day domain.Date) string {
	return fmt.Sprintf("slots of %s on %s", point, day)
}

// lockDay keeps other bookings at the point on that day waiting until the transaction
// ends. Exclusion constraints alone would have those that want the same minute wait for
// each other, and one of them die.
func lockDay(ctx context.Context, tx *ent.Tx, point domain.ID, day domain.Date) error {
	_, err := tx.ExecContext(ctx, "SELECT "+lockedDay, dayKey(point, day))
	return lockRefused(err)
}

// lockRefused says what to do where the lock of a day was not had in time.
func lockRefused(err error) error {
	var refused *pq.Error
	if errors.As(err, &refused) && refused.Code == "55P03" {
		return &domain.Error{Code: domain.Timeout, Cause: err, Message: domain.Text{
			EN: "Too many book at this point on this day: try again.",
			FR: "Trop de réservations à ce guichet ce jour-là : réessayer.",
		}}
	}
	return err
}
