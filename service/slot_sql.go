package service

import (
	"context"
	stdsql "database/sql"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
)

//go:embed slot.sql
var calendarSQL string

// querier is a client or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*stdsql.Rows, error)
}

// calendarOf reads, in one statement, what slots of these points, nil for all of them,
// follow from within [from, until); what is held longer than now is taken. It names nobody
// but staff, and is shown to nobody.
func calendarOf(ctx context.Context, q querier, points []domain.ID, from, until domain.Date, now time.Time) (domain.Calendar, error) {
	c := domain.Calendar{
		Exceptions: map[domain.ID][]domain.OpeningException{},
		Away:       map[domain.ID][]domain.Period{}, Taken: map[domain.ID][]domain.Period{}, Booked: map[domain.ID][]time.Time{},
	}
	rows, err := q.QueryContext(ctx, calendarSQL, pq.Array(points), from, until, now)
	if err != nil {
		return c, fmt.Errorf("read the calendar: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r calendarRow
		if err := rows.Scan(&r.kind, &r.subject, &r.point, &r.firstDay, &r.untilDay, (*[]byte)(&r.times), &r.detail); err != nil {
			return c, fmt.Errorf("read the calendar: %w", err)
		}
		if err := r.into(&c); err != nil {
			return c, fmt.Errorf("read the calendar: %s: %w", r.kind, err)
		}
	}
	return c, rows.Err()
}

// calendarRow is one thing that the calendar knows.
type calendarRow struct {
	kind               string
	subject, point     stdsql.NullString
	firstDay, untilDay stdsql.Null[domain.Date]
	times              instants
	detail             stdsql.NullString
}

// availabilityDetail is what an availability has of its own.
type availabilityDetail struct {
	ID            domain.ID
	Room          domain.ID
	Rule          string
	Opens, Closes domain.LocalTime
	Motives       []domain.MotiveCode
	Modes         []domain.AppointmentMode
	Changes       []domain.OccurrenceChange
	// Permanence, Serving and Capacity are empty for time at one's own point.
	Permanence, Serving domain.ID
	Capacity            int
}

func (r calendarRow) into(c *domain.Calendar) error {
	subject, point := domain.ID(r.subject.String), domain.ID(r.point.String)
	from, until := r.firstDay.V, r.untilDay.V
	switch r.kind {
	case "AVAILABILITY":
		var d availabilityDetail
		err := json.Unmarshal([]byte(r.detail.String), &d)
		c.Availabilities = append(c.Availabilities, domain.Availability{
			ID: d.ID, PersonID: subject, ReceptionPointID: point, RoomID: d.Room, Rule: d.Rule, FirstDay: from, Until: until,
			Opens: d.Opens, Closes: d.Closes, Motives: d.Motives, Modes: d.Modes, Changes: d.Changes,
			PermanenceID: d.Permanence, ServingPointID: d.Serving, Capacity: d.Capacity,
		})
		return err
	case "ROLE":
		c.Roles = append(c.Roles, domain.StaffRole{
			PersonID: subject, ReceptionPointID: point, Role: domain.Role(r.detail.String), From: from, Until: until,
		})
	case "LEVEL":
		level, err := strconv.Atoi(r.detail.String)
		c.Levels = append(c.Levels, domain.PointLevel{ReceptionPointID: point, Level: level, From: from, Until: until})
		return err
	case "EXCEPTION":
		e := domain.OpeningException{From: from, Until: until}
		err := e.Intervals.Scan(r.detail.String)
		c.Exceptions[point] = append(c.Exceptions[point], e)
		return err
	case "AWAY":
		c.Away[subject] = r.times.periods()
	case "TAKEN":
		c.Taken[subject] = r.times.periods()
	case "BOOKED":
		for all := r.times; len(all) > 0; {
			var at time.Time
			at, all = all.take()
			c.Booked[subject] = append(c.Booked[subject], at)
		}
	}
	return nil
}

// instants are times as PostgreSQL sends them in binary (timestamptz_send): of eight bytes
// each, microseconds since 2000. A search through all points reads tens of thousands, which
// cost several times as much in an array.
type instants []byte

const instantBytes = 8

// sentSince is when the instants of PostgreSQL begin.
var sentSince = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// take is the first of the instants, and the rest.
func (all instants) take() (time.Time, instants) {
	sent := int64(binary.BigEndian.Uint64(all)) //nolint:gosec // it is signed
	return sentSince.Add(time.Duration(sent) * time.Microsecond), all[instantBytes:]
}

// periods are those that begin and end with the instants.
func (all instants) periods() []domain.Period {
	periods := make([]domain.Period, len(all)/(2*instantBytes))
	for i := range periods {
		periods[i].From, all = all.take()
		periods[i].Until, all = all.take()
	}
	return periods
}
