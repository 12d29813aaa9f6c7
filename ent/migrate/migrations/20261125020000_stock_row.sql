-- Hand-written: what an edition of the official stock file says, row by row, for
-- the current edition and the one before it. It is the evidence that an edition
-- is compared and replaced by, and is read whole: no index, no identifier, no
-- entity of Ent. dwelling_key is what an identifier derives from, without the rank
-- among equals.

-- +goose Up
CREATE TABLE stock_row (
    vintage_id character varying NOT NULL,
    building_id character varying NOT NULL,
    dwelling_key character varying NOT NULL,
    floor smallint NOT NULL,
    rooms smallint NOT NULL,
    surface double precision NOT NULL,
    construction_year smallint NOT NULL,
    letting_year smallint NOT NULL,
    financing character varying NOT NULL,
    energy_class character varying NOT NULL,
    construction character varying NOT NULL,
    accessibility character varying NOT NULL,
    priority_district character varying NOT NULL
);

-- +goose Down
DROP TABLE stock_row;
