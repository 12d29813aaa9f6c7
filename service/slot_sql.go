package service

import (
	"context"
	stdsql "database/sql"
	_ "embed"
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
		if err := rows.Scan(&r.kind, &r.subject, &r.point, &r.firstDay, &r.untilDay, &r.starts, &r.ends, &r.detail); err != nil {
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
	starts, ends       pq.Int64Array
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
		c.Away[subject] = r.periods()
	case "TAKEN":
		c.Taken[subject] = r.periods()
	case "BOOKED":
		for _, at := range r.starts {
			c.Booked[subject] = append(c.Booked[subject], time.Unix(at, 0))
		}
	}
	return nil
}

// periods are those of the row: all of a person, a room or a point are in one.
func (r calendarRow) periods() []domain.Period {
	all := make([]domain.Period, min(len(r.starts), len(r.ends)))
	for i := range all {
		all[i] = domain.Period{From: time.Unix(r.starts[i], 0), Until: time.Unix(r.ends[i], 0)}
	}
	return all
}
