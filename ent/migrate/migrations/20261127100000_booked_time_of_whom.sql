-- A line of booked time is somebody's or a room's: it need not be in the index of the other
-- constraint, where it meets nothing and only costs time.

-- +goose Up
ALTER TABLE booked_time DROP CONSTRAINT booked_time_person_no_overlap;
ALTER TABLE booked_time ADD CONSTRAINT booked_time_person_no_overlap
    EXCLUDE USING gist (person_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (NOT overbooked AND person_id IS NOT NULL);

ALTER TABLE booked_time DROP CONSTRAINT booked_time_room_no_overlap;
ALTER TABLE booked_time ADD CONSTRAINT booked_time_room_no_overlap
    EXCLUDE USING gist (room_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (NOT overbooked AND room_id IS NOT NULL);

-- +goose Down
ALTER TABLE booked_time DROP CONSTRAINT booked_time_room_no_overlap;
ALTER TABLE booked_time ADD CONSTRAINT booked_time_room_no_overlap
    EXCLUDE USING gist (room_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (NOT overbooked);

ALTER TABLE booked_time DROP CONSTRAINT booked_time_person_no_overlap;
ALTER TABLE booked_time ADD CONSTRAINT booked_time_person_no_overlap
    EXCLUDE USING gist (person_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (NOT overbooked);
