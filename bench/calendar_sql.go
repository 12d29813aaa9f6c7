package main

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/guichet-logement/guichet/domain"
)

const (
	// calendarPoints is at how many points somebody receives by appointment besides those
	// of the sandbox, calendarDays for how many days they are booked.
	calendarPoints = 25
	calendarDays   = 60
)

// fillCalendar has two agents receive at each of n points, in rooms at every second one,
// and books two thirds of their time from that day on for applications that nobody acts on.
// Names and identifiers are always the same; it may be called once on a database.
func fillCalendar(ctx context.Context, db *sql.DB, n int, from domain.Date, days int) error {
	const agents = `WITH point AS (
			SELECT p.id, row_number() OVER (ORDER BY md5(p.id)) AS rank FROM reception_point p WHERE EXISTS (
				SELECT FROM agreement g WHERE g.reception_point_id = p.id AND g.level >= 2 AND g.valid_from <= $2::date AND g.valid_until IS NULL)
			ORDER BY md5(p.id) LIMIT $1::int
		), agent AS (
			SELECT id AS point, rank, seat, lpad((rank * 2 + seat)::text, 26, '0') AS no,
				CASE WHEN rank % 2 = 0 THEN 'roo_' || lpad((rank * 2 + seat)::text, 26, '0') END AS room
			FROM point, generate_series(0, 1) seat
		) `
	for _, insert := range []string{
		`INSERT INTO person (id, issuer, subject, given_name, family_name)
		SELECT 'per_' || no, 'https://bench.example', no, 'Agent', 'Bench ' || no FROM agent WHERE $2::date IS NOT NULL`,
		`INSERT INTO assignment (id, role, valid_from, organisation_id, person_id)
		SELECT 'asg_' || no, 'RECEPTION_AGENT', $2::date - 100,
			(SELECT min(organisation_id) FROM reception_point_operator o WHERE o.reception_point_id = point), 'per_' || no FROM agent`,
		`INSERT INTO assignment_reception_point (assignment_id, reception_point_id)
		SELECT 'asg_' || no, point FROM agent WHERE $2::date IS NOT NULL`,
		`INSERT INTO room (id, name, reception_point_id)
		SELECT room, 'Bench ' || seat, point FROM agent WHERE room IS NOT NULL AND $2::date IS NOT NULL`,
		`INSERT INTO availability (id, rule, first_day, opens, closes, motives, modes, changes, person_id, reception_point_id, room_id)
		SELECT 'avl_' || lpad((rank * 4 + seat * 2 + half)::text, 26, '0'), 'FREQ=WEEKLY;BYDAY=' || CASE WHEN half = 0 THEN 'MO,TU,WE,TH,FR' ELSE 'TU,TH' END,
			$2::date - 100, CASE half WHEN 0 THEN 540 ELSE 810 END, CASE half WHEN 0 THEN 720 ELSE 1020 END, '[]', '[]', '[]', 'per_' || no, point, room
		FROM agent, generate_series(0, 1) half`,
	} {
		if _, err := db.ExecContext(ctx, agents+insert, n, from); err != nil {
			return fmt.Errorf("fill the calendar: %w", err)
		}
	}
	return bookCalendar(ctx, db, from, days)
}

// bookCalendar books two thirds of the time of the agents of fillCalendar on so many days.
func bookCalendar(ctx context.Context, db *sql.DB, from domain.Date, days int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("book the calendar: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, `CREATE TEMPORARY TABLE booked ON COMMIT DROP AS WITH applicant AS MATERIALIZED (
			SELECT array_agg(id) AS ids FROM (SELECT id FROM application WHERE state <> 'ACTIVE' ORDER BY id LIMIT 5000) a
		), half_hour AS (
			SELECT a.person_id, a.reception_point_id, a.room_id, (day + make_interval(mins => minute::int)) AT TIME ZONE 'Europe/Paris' AS starts_at,
				md5(a.person_id || day || minute) AS hash
			FROM generate_series($1::date::timestamp, $1::date + $2::int - interval '1 day', interval '1 day') day
			JOIN availability a ON a.person_id IN (SELECT id FROM person WHERE issuer = 'https://bench.example')
				AND split_part(a.rule, 'BYDAY=', 2) LIKE '%' || substr('SUMOTUWETHFRSA', 1 + 2 * extract(dow FROM day)::int, 2) || '%',
			generate_series(a.opens, a.closes - 30, 30) minute
		) SELECT half_hour.*, upper(left(hash, 26)) AS no, ids[1 + ('x' || left(hash, 8))::bit(32)::bigint % cardinality(ids)] AS application_id
		FROM half_hour, applicant WHERE ascii(right(hash, 1)) % 3 > 0 AND ids IS NOT NULL
		ORDER BY person_id, starts_at`, from, days); err != nil {
		return fmt.Errorf("book the calendar: %w", err)
	}
	for _, insert := range []string{
		`INSERT INTO appointment (id, application_id, motive, sensitive, mode, reception_point_id, room_id, starts_at, ends_at, participants, booked_at)
		SELECT 'apt_' || no, application_id, 'RENEWAL', false, 'ON_SITE', reception_point_id, room_id, starts_at, starts_at + interval '30 minutes', '[]', now() FROM booked`,
		`INSERT INTO appointment_staff (appointment_id, person_id) SELECT 'apt_' || no, person_id FROM booked`,
		`INSERT INTO booked_time (id, appointment_id, reception_point_id, person_id, starts_at, ends_at)
		SELECT 'bkt_' || no, 'apt_' || no, reception_point_id, person_id, starts_at, starts_at + interval '30 minutes' FROM booked`,
		`INSERT INTO booked_time (id, appointment_id, reception_point_id, room_id, starts_at, ends_at)
		SELECT 'bkt_R' || right(no, 25), 'apt_' || no, reception_point_id, room_id, starts_at, starts_at + interval '30 minutes' FROM booked WHERE room_id IS NOT NULL`,
	} {
		if _, err := tx.ExecContext(ctx, insert); err != nil {
			return fmt.Errorf("book the calendar: %w", err)
		}
	}
	return tx.Commit()
}

// slotStatements is the search of slots in one statement: hours on days of a weekly rule,
// less what is taken, in steps of a quarter of an hour; permanences have room for all, and
// nothing is held for anybody. $1 are the points, $2 the level, $3
// the minutes, $4 the roles, $5 motive and $6 mode as JSON, $7 and $8 bound the beginning, $9
// are public holidays, $10 and $11 is the last slot of the page before, $12 how many.
func (l *limit) slotStatements() []statement {
	return []statement{{&l.slotPage, `WITH day AS MATERIALIZED (
			SELECT d::date AS d FROM generate_series(($7::timestamptz AT TIME ZONE 'Europe/Paris')::date::timestamp,
				($8::timestamptz AT TIME ZONE 'Europe/Paris')::date, interval '1 day') d WHERE d::date <> ALL($9::date[])
		), receiving AS MATERIALIZED (
			SELECT r.reception_point_id AS point, r.person_id AS person, r.room_id AS room, r.opens, r.closes, split_part(r.rule, 'BYDAY=', 2) AS weekdays,
				greatest(r.first_day, g.valid_from, a.valid_from) AS first, coalesce(least(r.valid_until, g.valid_until, a.valid_until), 'infinity') AS until
			FROM availability r LEFT JOIN permanence q ON q.id = r.permanence_id
			JOIN agreement g ON g.reception_point_id = r.reception_point_id AND (g.level >= $2 OR q.id IS NOT NULL AND $2 <= 2)
			JOIN assignment a ON a.person_id = r.person_id AND a.role = $4 AND a.state = 'CONFIRMED'
			JOIN assignment_reception_point x ON x.assignment_id = a.id AND x.reception_point_id = coalesce(q.serving_point_id, r.reception_point_id)
			WHERE ($1::text[] IS NULL OR r.reception_point_id = ANY($1)) AND (r.motives = '[]' OR r.motives @> $5) AND (r.modes = '[]' OR r.modes @> $6)
		), open AS (
			SELECT point, person, room, range_agg(tstzrange((d + make_interval(mins => opens::int)) AT TIME ZONE 'Europe/Paris',
				(d + make_interval(mins => closes::int)) AT TIME ZONE 'Europe/Paris')) AS hours
			FROM receiving JOIN day ON d >= first AND d < until AND position(substr('SUMOTUWETHFRSA', 1 + 2 * extract(dow FROM d)::int, 2) IN weekdays) > 0
			GROUP BY 1, 2, 3
		), taken AS (
			SELECT subject, range_agg(tstzrange(starts, ends)) AS periods FROM (
				SELECT t.person_id AS subject, t.starts_at AS starts, t.ends_at AS ends FROM booked_time t
				WHERE t.person_id IN (SELECT person FROM receiving) AND t.starts_at > $7::timestamptz - interval '1 day' AND t.starts_at < $8::timestamptz + interval '1 day'
				UNION ALL SELECT t.room_id, t.starts_at, t.ends_at FROM booked_time t
				WHERE t.room_id IN (SELECT room FROM receiving) AND t.starts_at > $7::timestamptz - interval '1 day' AND t.starts_at < $8::timestamptz + interval '1 day'
				UNION ALL SELECT coalesce(person_id, room_id, reception_point_id), starts_at, ends_at FROM absence WHERE ends_at > $7 AND starts_at < $8::timestamptz + interval '1 day'
				UNION ALL SELECT e.reception_point_id, (d + make_interval(mins => lower(shut))) AT TIME ZONE 'Europe/Paris', (d + make_interval(mins => upper(shut))) AT TIME ZONE 'Europe/Paris'
				FROM opening_hours e JOIN day ON d >= e.valid_from AND d < e.valid_until, unnest('{[0,1440)}'::int4multirange - e.intervals) shut
				WHERE e.weekday IS NULL AND e.reception_point_id IN (SELECT point FROM receiving)
			) t GROUP BY 1
		), slot AS MATERIALIZED (
			SELECT DISTINCT s, point FROM (
				SELECT point, hours - coalesce(p.periods, '{}') - coalesce(r.periods, '{}') - coalesce(w.periods, '{}') AS free
				FROM open LEFT JOIN taken p ON p.subject = person LEFT JOIN taken r ON r.subject = room LEFT JOIN taken w ON w.subject = point
			) open, unnest(free) f, generate_series(date_bin('15 minutes', greatest(lower(f), $7) + interval '14 minutes 59.999999 seconds', '2000-01-01Z'),
				upper(f) - make_interval(mins => $3::int), interval '15 minutes') s WHERE s < $8
		) SELECT point, s, s + make_interval(mins => $3::int), (SELECT count(*) FROM slot) FROM slot
		WHERE $10::timestamptz IS NULL OR (s, point) > ($10, $11) ORDER BY s, point COLLATE "C" LIMIT $12`}, {&l.slotPoints, `SELECT p.id, p.name, c.id, c.name
		FROM reception_point p JOIN commune c ON c.id = p.commune_id WHERE p.id = ANY($1) ORDER BY p.id`}}
}
