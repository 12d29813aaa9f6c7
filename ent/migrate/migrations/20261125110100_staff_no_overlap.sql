-- Hand-written: exclusion constraints and the indexes on the reverse side of join
-- tables, which Ent does not know. The equality test of the migrations lists each of
-- these objects by name.

-- +goose Up
ALTER TABLE assignment ADD CONSTRAINT assignment_no_overlap
    EXCLUDE USING gist (person_id WITH =, organisation_id WITH =, role WITH =, daterange(valid_from, valid_until) WITH &&)
    WHERE (state IN ('PROPOSED', 'CONFIRMED'));

ALTER TABLE staff_authorisation ADD CONSTRAINT staff_authorisation_no_overlap
    EXCLUDE USING gist (person_id WITH =, organisation_id WITH =, role WITH =, daterange(valid_from, valid_until) WITH &&)
    WHERE (revoked_on IS NULL);

ALTER TABLE pair ADD CONSTRAINT pair_no_overlap
    EXCLUDE USING gist (reception_point_id WITH =, member_ids WITH =, daterange(valid_from, valid_until) WITH &&);

CREATE INDEX assignment_reception_point_point_idx
    ON assignment_reception_point (reception_point_id, assignment_id);

CREATE INDEX pair_member_person_idx ON pair_member (person_id, pair_id);

-- +goose Down
DROP INDEX pair_member_person_idx;
DROP INDEX assignment_reception_point_point_idx;
ALTER TABLE pair DROP CONSTRAINT pair_no_overlap;
ALTER TABLE staff_authorisation DROP CONSTRAINT staff_authorisation_no_overlap;
ALTER TABLE assignment DROP CONSTRAINT assignment_no_overlap;
