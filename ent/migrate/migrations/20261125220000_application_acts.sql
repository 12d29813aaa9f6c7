-- +goose Up
-- modify "applicant_account" table
ALTER TABLE "applicant_account" ADD COLUMN "reopened_at" timestamptz NULL;
-- create "attempt_count" table
CREATE TABLE "attempt_count" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "counted" bytea NOT NULL, "failures" jsonb NOT NULL, "touched_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "attempt_count_key" to table: "attempt_count"
CREATE UNIQUE INDEX "attempt_count_key" ON "attempt_count" ("counted");
-- create index "attempt_count_touched_idx" to table: "attempt_count"
CREATE INDEX "attempt_count_touched_idx" ON "attempt_count" ("touched_at");
-- create "binding_code" table
CREATE TABLE "binding_code" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "hash" bytea NOT NULL, "expires_at" timestamptz NOT NULL, "failures" bigint NOT NULL DEFAULT 0, "application_id" character varying NOT NULL, "member_id" character varying NOT NULL, "issued_by_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "binding_code_application_application" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "binding_code_household_member_member" FOREIGN KEY ("member_id") REFERENCES "household_member" ("id") ON DELETE NO ACTION, CONSTRAINT "binding_code_person_issued_by" FOREIGN KEY ("issued_by_id") REFERENCES "person" ("id") ON DELETE NO ACTION);
-- create index "binding_code_member_key" to table: "binding_code"
CREATE UNIQUE INDEX "binding_code_member_key" ON "binding_code" ("member_id");
-- create index "binding_code_application_idx" to table: "binding_code"
CREATE INDEX "binding_code_application_idx" ON "binding_code" ("application_id");
-- create "emergency_opening" table
CREATE TABLE "emergency_opening" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "motive" character varying NOT NULL, "valid_from" timestamptz NOT NULL, "valid_until" timestamptz NOT NULL, "application_id" character varying NOT NULL, "person_id" character varying NOT NULL, "organisation_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "emergency_opening_application_application" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "emergency_opening_person_person" FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "emergency_opening_organisation_organisation" FOREIGN KEY ("organisation_id") REFERENCES "organisation" ("id") ON DELETE NO ACTION, CONSTRAINT "emergency_opening_period_check" CHECK (valid_until > valid_from));
-- create index "emergency_opening_application_idx" to table: "emergency_opening"
CREATE INDEX "emergency_opening_application_idx" ON "emergency_opening" ("application_id");
-- create index "emergency_opening_person_idx" to table: "emergency_opening"
CREATE INDEX "emergency_opening_person_idx" ON "emergency_opening" ("person_id", "valid_from");
-- create "reception_contact" table
CREATE TABLE "reception_contact" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "channel" character varying NOT NULL, "recorded_at" timestamptz NOT NULL, "reception_point_id" character varying NOT NULL, "recorded_by_id" character varying NOT NULL, "organisation_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "reception_contact_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE NO ACTION, CONSTRAINT "reception_contact_person_recorded_by" FOREIGN KEY ("recorded_by_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "reception_contact_organisation_organisation" FOREIGN KEY ("organisation_id") REFERENCES "organisation" ("id") ON DELETE NO ACTION);
-- create index "reception_contact_point_idx" to table: "reception_contact"
CREATE INDEX "reception_contact_point_idx" ON "reception_contact" ("reception_point_id", "recorded_at");
-- create "reception_grant" table
CREATE TABLE "reception_grant" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "valid_from" timestamptz NOT NULL, "valid_until" timestamptz NOT NULL, "application_id" character varying NOT NULL, "member_id" character varying NOT NULL, "person_id" character varying NOT NULL, "reception_point_id" character varying NOT NULL, "contact_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "reception_grant_application_application" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "reception_grant_household_member_member" FOREIGN KEY ("member_id") REFERENCES "household_member" ("id") ON DELETE NO ACTION, CONSTRAINT "reception_grant_person_person" FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "reception_grant_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE NO ACTION, CONSTRAINT "reception_grant_reception_contact_contact" FOREIGN KEY ("contact_id") REFERENCES "reception_contact" ("id") ON DELETE NO ACTION, CONSTRAINT "reception_grant_period_check" CHECK (valid_until > valid_from));
-- create index "reception_grant_application_idx" to table: "reception_grant"
CREATE INDEX "reception_grant_application_idx" ON "reception_grant" ("application_id");

-- +goose Down
-- reverse: create index "reception_grant_application_idx" to table: "reception_grant"
DROP INDEX "reception_grant_application_idx";
-- reverse: create "reception_grant" table
DROP TABLE "reception_grant";
-- reverse: create index "reception_contact_point_idx" to table: "reception_contact"
DROP INDEX "reception_contact_point_idx";
-- reverse: create "reception_contact" table
DROP TABLE "reception_contact";
-- reverse: create index "emergency_opening_person_idx" to table: "emergency_opening"
DROP INDEX "emergency_opening_person_idx";
-- reverse: create index "emergency_opening_application_idx" to table: "emergency_opening"
DROP INDEX "emergency_opening_application_idx";
-- reverse: create "emergency_opening" table
DROP TABLE "emergency_opening";
-- reverse: create index "binding_code_application_idx" to table: "binding_code"
DROP INDEX "binding_code_application_idx";
-- reverse: create index "binding_code_member_key" to table: "binding_code"
DROP INDEX "binding_code_member_key";
-- reverse: create "binding_code" table
DROP TABLE "binding_code";
-- reverse: create index "attempt_count_touched_idx" to table: "attempt_count"
DROP INDEX "attempt_count_touched_idx";
-- reverse: create index "attempt_count_key" to table: "attempt_count"
DROP INDEX "attempt_count_key";
-- reverse: create "attempt_count" table
DROP TABLE "attempt_count";
-- reverse: modify "applicant_account" table
ALTER TABLE "applicant_account" DROP COLUMN "reopened_at";
