-- Hand-written: exclusion constraints, the index on the reverse side of a join table and
-- the settings of a table that changes often, none of which Ent knows. The equality test
-- of the migrations lists each of these objects by name.

-- +goose Up
ALTER TABLE booked_time ADD CONSTRAINT booked_time_person_no_overlap
    EXCLUDE USING gist (person_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (NOT overbooked);

ALTER TABLE booked_time ADD CONSTRAINT booked_time_room_no_overlap
    EXCLUDE USING gist (room_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (NOT overbooked);

CREATE INDEX appointment_staff_person_idx ON appointment_staff (person_id, appointment_id);

-- +goose Down
DROP INDEX appointment_staff_person_idx;
ALTER TABLE booked_time DROP CONSTRAINT booked_time_room_no_overlap;
ALTER TABLE booked_time DROP CONSTRAINT booked_time_person_no_overlap;
