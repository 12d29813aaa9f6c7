-- What is known of the time of reception points, and of who receives there, in a period:
-- $1 the points, or null for all of them, $2 and $3 its days, without the last, $4 now. Each is
-- read by a SELECT of its own, so that a plan for one question is no better than that for all,
-- which is made once: to plan it takes three times as long as to read the calendar of a point.
-- Times are as timestamptz_send writes them: beginning and end, or the beginning alone.
WITH receiving AS (
    SELECT a.*, p.serving_point_id, p.capacity
    FROM availability AS a LEFT JOIN permanence AS p ON p.id = a.permanence_id
    WHERE ((SELECT $1::text[]) IS NULL OR a.reception_point_id = ANY((SELECT $1::text[])::text[]))
      AND a.first_day < (SELECT $3::date) AND (a.valid_until IS NULL OR a.valid_until > (SELECT $2::date))
), point AS (
    SELECT reception_point_id AS id FROM receiving UNION SELECT unnest((SELECT $1::text[]))
), working AS ( -- in a permanence people have the roles that they have at the point that serves it
    SELECT id FROM point UNION SELECT serving_point_id FROM receiving WHERE serving_point_id IS NOT NULL
), staff AS (
    SELECT DISTINCT person_id AS id FROM receiving
), period AS (
    SELECT (SELECT $2::date) AT TIME ZONE 'Europe/Paris' AS starts, (SELECT $3::date) AT TIME ZONE 'Europe/Paris' AS ends
)
SELECT 'AVAILABILITY', person_id, reception_point_id, first_day, valid_until, NULL::bytea,
       json_build_object('id', id, 'room', room_id, 'rule', rule, 'opens', opens, 'closes', closes,
                         'motives', motives, 'modes', modes, 'changes', changes,
                         'permanence', permanence_id, 'serving', serving_point_id, 'capacity', capacity)::text
FROM receiving
UNION ALL
SELECT 'ROLE', a.person_id, p.reception_point_id, a.valid_from, a.valid_until, NULL, a.role
FROM assignment AS a JOIN assignment_reception_point AS p ON p.assignment_id = a.id
WHERE a.person_id IN (SELECT id FROM staff) AND p.reception_point_id IN (SELECT id FROM working) AND a.state = 'CONFIRMED'
  AND a.valid_from < (SELECT $3::date) AND (a.valid_until IS NULL OR a.valid_until > (SELECT $2::date))
UNION ALL
SELECT 'LEVEL', NULL, g.reception_point_id, g.valid_from, g.valid_until, NULL, g.level::text
FROM agreement AS g
WHERE g.reception_point_id IN (SELECT id FROM point)
  AND g.valid_from < (SELECT $3::date) AND (g.valid_until IS NULL OR g.valid_until > (SELECT $2::date))
UNION ALL
SELECT 'EXCEPTION', NULL, o.reception_point_id, o.valid_from, o.valid_until, NULL, o.intervals::text
FROM opening_hours AS o
WHERE o.reception_point_id IN (SELECT id FROM point) AND o.weekday IS NULL
  AND o.valid_from < (SELECT $3::date) AND o.valid_until > (SELECT $2::date)
UNION ALL
SELECT 'AWAY', coalesce(b.person_id, b.room_id, b.reception_point_id), NULL, NULL, NULL,
       string_agg(timestamptz_send(b.starts_at) || timestamptz_send(b.ends_at), ''), NULL
FROM absence AS b, period
WHERE b.ends_at > period.starts AND b.starts_at < period.ends
  AND (b.person_id IN (SELECT id FROM staff) OR b.reception_point_id IN (SELECT id FROM point)
       OR b.room_id IN (SELECT room_id FROM receiving))
GROUP BY 2
UNION ALL
SELECT 'TAKEN', subject, NULL, NULL, NULL, string_agg(timestamptz_send(starts_at) || timestamptz_send(ends_at), ''), NULL
FROM (
    -- No appointment is as long as a day: the index bounds both ends.
    SELECT t.person_id AS subject, t.starts_at, t.ends_at
    FROM staff JOIN booked_time AS t ON t.person_id = staff.id, period
    WHERE t.starts_at > period.starts - interval '1 day' AND t.starts_at < period.ends AND t.ends_at > period.starts
      AND (t.held_until IS NULL OR t.held_until > (SELECT $4::timestamptz))
    UNION ALL
    SELECT t.room_id, t.starts_at, t.ends_at
    FROM (SELECT DISTINCT room_id FROM receiving WHERE room_id IS NOT NULL) AS r JOIN booked_time AS t ON t.room_id = r.room_id, period
    WHERE t.starts_at > period.starts - interval '1 day' AND t.starts_at < period.ends AND t.ends_at > period.starts
      AND (t.held_until IS NULL OR t.held_until > (SELECT $4::timestamptz))
) AS taken
GROUP BY subject
UNION ALL
SELECT 'BOOKED', permanence_id, NULL, NULL, NULL, string_agg(timestamptz_send(starts_at), ''), NULL
FROM (
    SELECT DISTINCT v.permanence_id, t.appointment_id, t.starts_at
    FROM receiving AS v
    JOIN booked_time AS t ON t.person_id = v.person_id AND t.reception_point_id = v.reception_point_id, period
    WHERE v.permanence_id IS NOT NULL AND t.starts_at > period.starts - interval '1 day' AND t.starts_at < period.ends
      AND (t.held_until IS NULL OR t.held_until > (SELECT $4::timestamptz))
) AS booked
GROUP BY permanence_id
