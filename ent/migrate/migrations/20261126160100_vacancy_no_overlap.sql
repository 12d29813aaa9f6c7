-- Hand-written: an exclusion constraint and the index on the reverse side of a join table,
-- neither of which Ent knows. The equality test of the migrations lists each of these objects
-- by name.

-- +goose Up
ALTER TABLE vacancy ADD CONSTRAINT vacancy_no_overlap
    EXCLUDE USING gist (dwelling_id WITH =, daterange(vacant_from, closed_on) WITH &&) WHERE (outcome IS DISTINCT FROM 'CANCELLED');

CREATE INDEX reservation_right_dwelling_dwelling_idx ON reservation_right_dwelling (dwelling_id, reservation_right_id);

-- +goose Down
DROP INDEX reservation_right_dwelling_dwelling_idx;
ALTER TABLE vacancy DROP CONSTRAINT vacancy_no_overlap;
