-- Books: $1 the appointment, $2 its application, $3 motive, $4 whether it is sensitive, $5 mode,
-- $6 point, $7 room, $8 and $9 its period, $10 participants, $11 when and $12 by whom, $13 why
-- beside another one, $14 its staff, $15 to $17 the times that it takes, each of a person or
-- a room, $18 whether beside another one, $19 to $21 what the applicant is told and when.
WITH staff AS (
    INSERT INTO appointment_staff (appointment_id, person_id) SELECT $1, unnest($14::text[])
), taken AS (
    INSERT INTO booked_time (id, appointment_id, reception_point_id, person_id, room_id, starts_at, ends_at, overbooked)
    SELECT t.id, $1, $6, t.person_id, t.room_id, $8, $9, $18
    FROM unnest($15::text[], $16::text[], $17::text[]) AS t (id, person_id, room_id)
), told AS (
    INSERT INTO message (id, application_id, appointment_id, reception_point_id, kind, sensitive, about, due_at, next_try, worthless_at)
    SELECT m.id, $2, $1, $6, m.kind, $4, $8, m.due, m.due, $8
    FROM unnest($19::text[], $20::text[], $21::timestamptz[]) AS m (id, kind, due)
)
INSERT INTO appointment (id, application_id, motive, sensitive, mode, reception_point_id, room_id, starts_at, ends_at,
                         participants, booked_at, booked_by_id, overbooked_for)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
