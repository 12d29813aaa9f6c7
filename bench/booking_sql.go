package main

// bookingStatements book in one statement what is free, seen and allowed, with who has least
// to do on that day: $1 audiences, $2 now, $3 the application, $4 the point, $5 and $6 the
// period, $7 motive and $8 mode as JSON, $9 the level, $10 the role, $11 to $13 new
// identifiers, $14 the day and $15 its weekday, $16 and $17 its minutes, $18 who books, $19
// and $20 motive and mode, $21 and $22 identifiers of the receipt and the reminder, $23 how
// long before that is due, $24 the points whose rooms the caller sees. As the API does, it has
// nobody else book at the point on that day: who comes at the same moment waits, and is refused
// by the exclusion constraints. Without that lock they would wait for each other in a ring, for
// the second that PostgreSQL takes to see it.
func (l *limit) bookingStatements() []statement {
	return []statement{{&l.booking, `WITH applicant AS (
			SELECT a.id, pg_advisory_xact_lock(hashtextextended($4 || $14::date::text, 0)) FROM application a WHERE a.id = $3 AND a.state IN ('PENDING_VALIDATION', 'ACTIVE', 'SUSPENDED')
				AND EXISTS (SELECT FROM application_access x WHERE x.application_id = a.id AND x.audience_id = ANY($1)
					AND (x.valid_from IS NULL OR x.valid_from <= $2) AND (x.valid_until IS NULL OR x.valid_until > $2))
				AND (SELECT count(*) < 5 AND count(*) FILTER (WHERE p.starts_at < $6 AND p.ends_at > $5) = 0 FROM appointment p
					WHERE p.application_id = a.id AND p.state = 'UPCOMING' AND p.ends_at > $2)
			FOR UPDATE
		), team AS (
			SELECT r.person_id, r.room_id FROM availability r
			JOIN agreement g ON g.reception_point_id = r.reception_point_id AND g.level >= $9 AND g.valid_from <= $14 AND (g.valid_until IS NULL OR g.valid_until > $14)
			JOIN assignment a ON a.person_id = r.person_id AND a.role = $10 AND a.state = 'CONFIRMED' AND a.valid_from <= $14 AND (a.valid_until IS NULL OR a.valid_until > $14)
			JOIN assignment_reception_point x ON x.assignment_id = a.id AND x.reception_point_id = r.reception_point_id
			WHERE r.reception_point_id = $4 AND r.first_day <= $14 AND (r.valid_until IS NULL OR r.valid_until > $14)
				AND position($15 IN split_part(r.rule, 'BYDAY=', 2)) > 0 AND r.opens <= $16 AND r.closes >= $17
				AND (r.motives = '[]' OR r.motives @> $7) AND (r.modes = '[]' OR r.modes @> $8)
				AND NOT EXISTS (SELECT FROM booked_time t WHERE t.person_id = r.person_id AND t.starts_at > $5::timestamptz - interval '1 day' AND t.starts_at < $6 AND t.ends_at > $5)
				AND NOT EXISTS (SELECT FROM booked_time t WHERE t.room_id = r.room_id AND t.starts_at > $5::timestamptz - interval '1 day' AND t.starts_at < $6 AND t.ends_at > $5)
				AND NOT EXISTS (SELECT FROM absence b WHERE (b.person_id = r.person_id OR b.room_id = r.room_id OR b.reception_point_id = r.reception_point_id) AND b.starts_at < $6 AND b.ends_at > $5)
				AND NOT EXISTS (SELECT FROM opening_hours e WHERE e.reception_point_id = r.reception_point_id AND e.weekday IS NULL AND e.valid_from <= $14 AND e.valid_until > $14
					AND NOT e.intervals @> int4range($16::int, $17::int))
			ORDER BY (SELECT count(*) FROM booked_time t WHERE t.person_id = r.person_id AND t.starts_at > $14::date::timestamp AT TIME ZONE 'Europe/Paris' - interval '1 day'
				AND t.starts_at < ($14::date + 1)::timestamp AT TIME ZONE 'Europe/Paris' AND t.ends_at > $14::date::timestamp AT TIME ZONE 'Europe/Paris'), r.person_id
			LIMIT 1
		), made AS (
			INSERT INTO appointment (id, application_id, motive, sensitive, mode, reception_point_id, room_id, starts_at, ends_at, participants, booked_at, booked_by_id)
			SELECT $11, applicant.id, $19, false, $20, $4, room_id, $5, $6, (SELECT jsonb_agg(jsonb_build_object('memberId', m.id, 'attendance', 'UPCOMING') ORDER BY m.id)
				FROM household_member m WHERE m.application_id = applicant.id AND m.link IN ('APPLICANT', 'SPOUSE', 'CO_APPLICANT')), $2, $18 FROM applicant, team
			RETURNING id, state, starts_at, ends_at, participants, room_id, version
		), staff AS (
			INSERT INTO appointment_staff (appointment_id, person_id) SELECT made.id, person_id FROM made, team
		), taken AS (
			INSERT INTO booked_time (id, appointment_id, reception_point_id, person_id, room_id, starts_at, ends_at)
			SELECT $12, made.id, $4, person_id, NULL, $5, $6 FROM made, team
			UNION ALL SELECT $13, made.id, $4, NULL, team.room_id, $5, $6 FROM made, team WHERE team.room_id IS NOT NULL
		), told AS (
			INSERT INTO message (id, application_id, appointment_id, reception_point_id, kind, about, due_at, next_try, worthless_at)
			SELECT m.id, $3, made.id, $4, m.kind, $5, m.due, m.due, $5 FROM made,
				(VALUES ($21, 'APPOINTMENT_BOOKED', $2::timestamptz), ($22, 'APPOINTMENT_REMINDER', $5::timestamptz - $23::interval)) AS m (id, kind, due)
			WHERE m.due >= $2
		) SELECT made.id, made.state, made.starts_at, made.ends_at, made.participants, made.version, p.id, p.name, r.id, r.name
		FROM made JOIN reception_point p ON p.id = $4 LEFT JOIN room r ON r.id = made.room_id AND r.reception_point_id = ANY($24)`}}
}
