-- The waiting list, and time that is held for who waits.

-- +goose Up
-- create "waiting_place" table
CREATE TABLE "waiting_place" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "motive" character varying NOT NULL, "sensitive" boolean NOT NULL, "mode" character varying NOT NULL, "reception_point_ids" jsonb NOT NULL, "until" date NOT NULL, "joined_at" timestamptz NOT NULL, "state" character varying NOT NULL DEFAULT 'WAITING', "starts_at" timestamptz NULL, "ends_at" timestamptz NULL, "held_until" timestamptz NULL, "application_id" character varying NOT NULL, "offered_point_id" character varying NULL, "joined_by_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "waiting_place_application_waiting_places" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "waiting_place_reception_point_offered_point" FOREIGN KEY ("offered_point_id") REFERENCES "reception_point" ("id") ON DELETE SET NULL, CONSTRAINT "waiting_place_person_joined_by" FOREIGN KEY ("joined_by_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "waiting_place_held_check" CHECK (state NOT IN ('OFFERED', 'TAKEN', 'LAPSED') OR held_until IS NOT NULL), CONSTRAINT "waiting_place_offer_check" CHECK (num_nonnulls(offered_point_id, starts_at, ends_at, held_until) IN (0, 4)));
-- create index "waiting_place_live_key" to table: "waiting_place"
CREATE UNIQUE INDEX "waiting_place_live_key" ON "waiting_place" ("application_id", "motive") WHERE ((state)::text = 'WAITING'::text) OR ((state)::text = 'OFFERED'::text);
-- create index "waiting_place_application_idx" to table: "waiting_place"
CREATE INDEX "waiting_place_application_idx" ON "waiting_place" ("application_id");
-- create index "waiting_place_waiting_idx" to table: "waiting_place"
CREATE INDEX "waiting_place_waiting_idx" ON "waiting_place" ("joined_at") WHERE (state)::text = 'WAITING'::text;
-- create index "waiting_place_held_idx" to table: "waiting_place"
CREATE INDEX "waiting_place_held_idx" ON "waiting_place" ("held_until") WHERE (state)::text = 'OFFERED'::text;
-- modify "booked_time" table
ALTER TABLE "booked_time" DROP CONSTRAINT "booked_time_appointment_booked_times", ADD CONSTRAINT "booked_time_for_check" CHECK (num_nonnulls(appointment_id, waiting_place_id) = 1 AND (waiting_place_id IS NULL) = (held_until IS NULL)), ALTER COLUMN "appointment_id" DROP NOT NULL, ADD COLUMN "held_until" timestamptz NULL, ADD COLUMN "waiting_place_id" character varying NULL, ADD CONSTRAINT "booked_time_appointment_booked_times" FOREIGN KEY ("appointment_id") REFERENCES "appointment" ("id") ON DELETE SET NULL, ADD CONSTRAINT "booked_time_waiting_place_booked_times" FOREIGN KEY ("waiting_place_id") REFERENCES "waiting_place" ("id") ON DELETE SET NULL;
-- create index "booked_time_waiting_place_idx" to table: "booked_time"
CREATE INDEX "booked_time_waiting_place_idx" ON "booked_time" ("waiting_place_id") WHERE waiting_place_id IS NOT NULL;

-- +goose Down
-- reverse: create index "booked_time_waiting_place_idx" to table: "booked_time"
DROP INDEX "booked_time_waiting_place_idx";
-- What is held is nobody's without the list.
DELETE FROM "booked_time" WHERE "appointment_id" IS NULL;
-- reverse: modify "booked_time" table
ALTER TABLE "booked_time" DROP CONSTRAINT "booked_time_for_check", DROP CONSTRAINT "booked_time_waiting_place_booked_times", DROP CONSTRAINT "booked_time_appointment_booked_times", DROP COLUMN "waiting_place_id", DROP COLUMN "held_until", ALTER COLUMN "appointment_id" SET NOT NULL, ADD CONSTRAINT "booked_time_appointment_booked_times" FOREIGN KEY ("appointment_id") REFERENCES "appointment" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION;
-- reverse: create index "waiting_place_held_idx" to table: "waiting_place"
DROP INDEX "waiting_place_held_idx";
-- reverse: create index "waiting_place_waiting_idx" to table: "waiting_place"
DROP INDEX "waiting_place_waiting_idx";
-- reverse: create index "waiting_place_application_idx" to table: "waiting_place"
DROP INDEX "waiting_place_application_idx";
-- reverse: create index "waiting_place_live_key" to table: "waiting_place"
DROP INDEX "waiting_place_live_key";
-- reverse: create "waiting_place" table
DROP TABLE "waiting_place";
