-- Hand-written: exclusion constraints and the index on the reverse side of a
-- join table, which Ent does not know. The equality test of the migrations
-- lists each of these objects by name.

-- +goose Up
ALTER TABLE agreement ADD CONSTRAINT agreement_no_overlap
    EXCLUDE USING gist (reception_point_id WITH =, daterange(valid_from, valid_until) WITH &&);

ALTER TABLE opening_hours ADD CONSTRAINT opening_hours_weekly_no_overlap
    EXCLUDE USING gist (reception_point_id WITH =, weekday WITH =, daterange(valid_from, valid_until) WITH &&)
    WHERE (weekday IS NOT NULL);

ALTER TABLE opening_hours ADD CONSTRAINT opening_hours_exception_no_overlap
    EXCLUDE USING gist (reception_point_id WITH =, daterange(valid_from, valid_until) WITH &&)
    WHERE (weekday IS NULL);

CREATE INDEX reception_point_operator_organisation_idx
    ON reception_point_operator (organisation_id, reception_point_id);

-- +goose Down
DROP INDEX reception_point_operator_organisation_idx;
ALTER TABLE opening_hours DROP CONSTRAINT opening_hours_exception_no_overlap;
ALTER TABLE opening_hours DROP CONSTRAINT opening_hours_weekly_no_overlap;
ALTER TABLE agreement DROP CONSTRAINT agreement_no_overlap;
