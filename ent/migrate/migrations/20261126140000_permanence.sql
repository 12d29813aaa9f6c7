-- Permanences of mutualised staff, and the time that is given to them.

-- +goose Up
-- create "permanence" table
CREATE TABLE "permanence" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "requested_on" date NOT NULL, "reason" character varying NOT NULL, "rule" character varying NOT NULL DEFAULT '', "first_day" date NOT NULL, "valid_until" date NOT NULL, "opens" bigint NOT NULL, "closes" bigint NOT NULL, "capacity" bigint NOT NULL, "state" character varying NOT NULL DEFAULT 'REQUESTED', "answered_on" date NULL, "declined_for" character varying NULL, "cancelled_for" character varying NULL, "records" jsonb NOT NULL, "version" bigint NOT NULL DEFAULT 1, "serving_point_id" character varying NULL, "room_id" character varying NULL, "organisation_id" character varying NOT NULL, "requested_by_id" character varying NOT NULL, "answered_by_id" character varying NULL, "reception_point_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "permanence_reception_point_serving_point" FOREIGN KEY ("serving_point_id") REFERENCES "reception_point" ("id") ON DELETE SET NULL, CONSTRAINT "permanence_room_room" FOREIGN KEY ("room_id") REFERENCES "room" ("id") ON DELETE SET NULL, CONSTRAINT "permanence_organisation_organisation" FOREIGN KEY ("organisation_id") REFERENCES "organisation" ("id") ON DELETE NO ACTION, CONSTRAINT "permanence_person_requested_by" FOREIGN KEY ("requested_by_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "permanence_person_answered_by" FOREIGN KEY ("answered_by_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "permanence_reception_point_permanences" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE NO ACTION, CONSTRAINT "permanence_answered_check" CHECK ((answered_on IS NULL) = (answered_by_id IS NULL) AND (answered_on IS NOT NULL OR state IN ('REQUESTED', 'CANCELLED'))), CONSTRAINT "permanence_cancelled_check" CHECK ((cancelled_for IS NOT NULL) = (state = 'CANCELLED')), CONSTRAINT "permanence_capacity_check" CHECK (capacity BETWEEN 1 AND 100), CONSTRAINT "permanence_declined_check" CHECK ((declined_for IS NOT NULL) = (state = 'DECLINED')), CONSTRAINT "permanence_elsewhere_check" CHECK (serving_point_id <> reception_point_id), CONSTRAINT "permanence_hours_check" CHECK (opens >= 0 AND opens < closes AND closes <= 1440), CONSTRAINT "permanence_period_check" CHECK (valid_until > first_day), CONSTRAINT "permanence_served_check" CHECK (serving_point_id IS NOT NULL OR state IN ('REQUESTED', 'DECLINED', 'CANCELLED')));
-- create index "permanence_point_idx" to table: "permanence"
CREATE INDEX "permanence_point_idx" ON "permanence" ("reception_point_id", "first_day");
-- create index "permanence_state_idx" to table: "permanence"
CREATE INDEX "permanence_state_idx" ON "permanence" ("state", "valid_until");
-- modify "availability" table
ALTER TABLE "availability" ADD COLUMN "permanence_id" character varying NULL, ADD CONSTRAINT "availability_permanence_permanence" FOREIGN KEY ("permanence_id") REFERENCES "permanence" ("id") ON DELETE SET NULL;
-- create index "availability_permanence_idx" to table: "availability"
CREATE INDEX "availability_permanence_idx" ON "availability" ("permanence_id");

-- +goose Down
-- reverse: create index "availability_permanence_idx" to table: "availability"
DROP INDEX "availability_permanence_idx";
-- reverse: modify "availability" table
ALTER TABLE "availability" DROP CONSTRAINT "availability_permanence_permanence", DROP COLUMN "permanence_id";
-- reverse: create index "permanence_state_idx" to table: "permanence"
DROP INDEX "permanence_state_idx";
-- reverse: create index "permanence_point_idx" to table: "permanence"
DROP INDEX "permanence_point_idx";
-- reverse: create "permanence" table
DROP TABLE "permanence";
