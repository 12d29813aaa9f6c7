-- Appointments, and the time of staff and rooms that they take.

-- +goose Up
-- create "room" table
CREATE TABLE "room" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "name" character varying NOT NULL, "step_free" character varying NOT NULL DEFAULT 'UNKNOWN', "reception_point_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "room_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE NO ACTION);
-- create index "room_name_key" to table: "room"
CREATE UNIQUE INDEX "room_name_key" ON "room" ("reception_point_id", "name");
-- create "absence" table
CREATE TABLE "absence" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "starts_at" timestamptz NOT NULL, "ends_at" timestamptz NOT NULL, "reason" character varying NOT NULL, "person_id" character varying NULL, "room_id" character varying NULL, "reception_point_id" character varying NULL, "declared_by_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "absence_person_person" FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "absence_room_room" FOREIGN KEY ("room_id") REFERENCES "room" ("id") ON DELETE SET NULL, CONSTRAINT "absence_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE SET NULL, CONSTRAINT "absence_person_declared_by" FOREIGN KEY ("declared_by_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "absence_period_check" CHECK (ends_at > starts_at), CONSTRAINT "absence_subject_check" CHECK (num_nonnulls(person_id, room_id, reception_point_id) = 1));
-- create index "absence_person_idx" to table: "absence"
CREATE INDEX "absence_person_idx" ON "absence" ("person_id", "ends_at");
-- create index "absence_room_idx" to table: "absence"
CREATE INDEX "absence_room_idx" ON "absence" ("room_id", "ends_at");
-- create index "absence_point_idx" to table: "absence"
CREATE INDEX "absence_point_idx" ON "absence" ("reception_point_id", "ends_at");
-- create "appointment" table
CREATE TABLE "appointment" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "motive" character varying NOT NULL, "sensitive" boolean NOT NULL, "mode" character varying NOT NULL, "state" character varying NOT NULL DEFAULT 'UPCOMING', "starts_at" timestamptz NOT NULL, "ends_at" timestamptz NOT NULL, "participants" jsonb NOT NULL, "booked_at" timestamptz NOT NULL, "overbooked_for" character varying NULL, "version" bigint NOT NULL DEFAULT 1, "application_id" character varying NOT NULL, "reception_point_id" character varying NOT NULL, "room_id" character varying NULL, "booked_by_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "appointment_application_appointments" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "appointment_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE NO ACTION, CONSTRAINT "appointment_room_room" FOREIGN KEY ("room_id") REFERENCES "room" ("id") ON DELETE SET NULL, CONSTRAINT "appointment_person_booked_by" FOREIGN KEY ("booked_by_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "appointment_period_check" CHECK (ends_at > starts_at));
-- create index "appointment_application_idx" to table: "appointment"
CREATE INDEX "appointment_application_idx" ON "appointment" ("application_id", "starts_at");
-- create index "appointment_point_idx" to table: "appointment"
CREATE INDEX "appointment_point_idx" ON "appointment" ("reception_point_id", "starts_at");
-- create "appointment_staff" table
CREATE TABLE "appointment_staff" ("appointment_id" character varying NOT NULL, "person_id" character varying NOT NULL, PRIMARY KEY ("appointment_id", "person_id"), CONSTRAINT "appointment_staff_appointment_fkey" FOREIGN KEY ("appointment_id") REFERENCES "appointment" ("id") ON DELETE CASCADE, CONSTRAINT "appointment_staff_person_fkey" FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE);
-- create "availability" table
CREATE TABLE "availability" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "rule" character varying NOT NULL DEFAULT '', "first_day" date NOT NULL, "valid_until" date NULL, "opens" bigint NOT NULL, "closes" bigint NOT NULL, "motives" jsonb NOT NULL, "modes" jsonb NOT NULL, "changes" jsonb NOT NULL, "version" bigint NOT NULL DEFAULT 1, "person_id" character varying NOT NULL, "reception_point_id" character varying NOT NULL, "room_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "availability_person_person" FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "availability_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE NO ACTION, CONSTRAINT "availability_room_room" FOREIGN KEY ("room_id") REFERENCES "room" ("id") ON DELETE SET NULL, CONSTRAINT "availability_hours_check" CHECK (opens >= 0 AND opens < closes AND closes <= 1440), CONSTRAINT "availability_period_check" CHECK (valid_until > first_day));
-- create index "availability_point_idx" to table: "availability"
CREATE INDEX "availability_point_idx" ON "availability" ("reception_point_id", "first_day");
-- create index "availability_person_idx" to table: "availability"
CREATE INDEX "availability_person_idx" ON "availability" ("person_id");
-- create "booked_time" table
CREATE TABLE "booked_time" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "starts_at" timestamptz NOT NULL, "ends_at" timestamptz NOT NULL, "overbooked" boolean NOT NULL DEFAULT false, "appointment_id" character varying NOT NULL, "reception_point_id" character varying NOT NULL, "person_id" character varying NULL, "room_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "booked_time_appointment_booked_times" FOREIGN KEY ("appointment_id") REFERENCES "appointment" ("id") ON DELETE NO ACTION, CONSTRAINT "booked_time_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE NO ACTION, CONSTRAINT "booked_time_person_person" FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "booked_time_room_room" FOREIGN KEY ("room_id") REFERENCES "room" ("id") ON DELETE SET NULL, CONSTRAINT "booked_time_period_check" CHECK (ends_at > starts_at), CONSTRAINT "booked_time_subject_check" CHECK (num_nonnulls(person_id, room_id) = 1));
-- create index "booked_time_person_idx" to table: "booked_time"
CREATE INDEX "booked_time_person_idx" ON "booked_time" ("person_id", "starts_at");
-- create index "booked_time_room_idx" to table: "booked_time"
CREATE INDEX "booked_time_room_idx" ON "booked_time" ("room_id", "starts_at");
-- create index "booked_time_point_idx" to table: "booked_time"
CREATE INDEX "booked_time_point_idx" ON "booked_time" ("reception_point_id", "starts_at");
-- create index "booked_time_appointment_idx" to table: "booked_time"
CREATE INDEX "booked_time_appointment_idx" ON "booked_time" ("appointment_id");

-- +goose Down
-- reverse: create index "booked_time_appointment_idx" to table: "booked_time"
DROP INDEX "booked_time_appointment_idx";
-- reverse: create index "booked_time_point_idx" to table: "booked_time"
DROP INDEX "booked_time_point_idx";
-- reverse: create index "booked_time_room_idx" to table: "booked_time"
DROP INDEX "booked_time_room_idx";
-- reverse: create index "booked_time_person_idx" to table: "booked_time"
DROP INDEX "booked_time_person_idx";
-- reverse: create "booked_time" table
DROP TABLE "booked_time";
-- reverse: create index "availability_person_idx" to table: "availability"
DROP INDEX "availability_person_idx";
-- reverse: create index "availability_point_idx" to table: "availability"
DROP INDEX "availability_point_idx";
-- reverse: create "availability" table
DROP TABLE "availability";
-- reverse: create "appointment_staff" table
DROP TABLE "appointment_staff";
-- reverse: create index "appointment_point_idx" to table: "appointment"
DROP INDEX "appointment_point_idx";
-- reverse: create index "appointment_application_idx" to table: "appointment"
DROP INDEX "appointment_application_idx";
-- reverse: create "appointment" table
DROP TABLE "appointment";
-- reverse: create index "absence_point_idx" to table: "absence"
DROP INDEX "absence_point_idx";
-- reverse: create index "absence_room_idx" to table: "absence"
DROP INDEX "absence_room_idx";
-- reverse: create index "absence_person_idx" to table: "absence"
DROP INDEX "absence_person_idx";
-- reverse: create "absence" table
DROP TABLE "absence";
-- reverse: create index "room_name_key" to table: "room"
DROP INDEX "room_name_key";
-- reverse: create "room" table
DROP TABLE "room";
