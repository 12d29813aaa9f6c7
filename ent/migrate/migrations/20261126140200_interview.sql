-- Interviews, and notes on them, each with its readers.

-- +goose Up
-- create "interview" table
CREATE TABLE "interview" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "moved_from_id" character varying NULL, "kind" character varying NOT NULL, "held_on" date NOT NULL, "project" jsonb NULL, "application_id" character varying NOT NULL, "reception_point_id" character varying NULL, "organisation_id" character varying NOT NULL, "held_by_id" character varying NOT NULL, "appointment_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "interview_application_interviews" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "interview_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE SET NULL, CONSTRAINT "interview_organisation_organisation" FOREIGN KEY ("organisation_id") REFERENCES "organisation" ("id") ON DELETE NO ACTION, CONSTRAINT "interview_person_held_by" FOREIGN KEY ("held_by_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "interview_appointment_appointment" FOREIGN KEY ("appointment_id") REFERENCES "appointment" ("id") ON DELETE SET NULL);
-- create index "interview_application_idx" to table: "interview"
CREATE INDEX "interview_application_idx" ON "interview" ("application_id", "held_on");
-- create index "interview_appointment_idx" to table: "interview"
CREATE INDEX "interview_appointment_idx" ON "interview" ("appointment_id");
-- create "interview_note" table
CREATE TABLE "interview_note" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "moved_from_id" character varying NULL, "audience" character varying NOT NULL, "text" character varying NOT NULL, "written_at" timestamptz NOT NULL, "interview_id" character varying NOT NULL, "application_id" character varying NOT NULL, "author_id" character varying NOT NULL, "organisation_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "interview_note_interview_notes" FOREIGN KEY ("interview_id") REFERENCES "interview" ("id") ON DELETE NO ACTION, CONSTRAINT "interview_note_application_application" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "interview_note_person_author" FOREIGN KEY ("author_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "interview_note_organisation_organisation" FOREIGN KEY ("organisation_id") REFERENCES "organisation" ("id") ON DELETE NO ACTION);
-- create index "interview_note_interview_idx" to table: "interview_note"
CREATE INDEX "interview_note_interview_idx" ON "interview_note" ("interview_id", "written_at");
-- create index "interview_note_application_idx" to table: "interview_note"
CREATE INDEX "interview_note_application_idx" ON "interview_note" ("application_id");

-- +goose Down
-- reverse: create index "interview_note_application_idx" to table: "interview_note"
DROP INDEX "interview_note_application_idx";
-- reverse: create index "interview_note_interview_idx" to table: "interview_note"
DROP INDEX "interview_note_interview_idx";
-- reverse: create "interview_note" table
DROP TABLE "interview_note";
-- reverse: create index "interview_appointment_idx" to table: "interview"
DROP INDEX "interview_appointment_idx";
-- reverse: create index "interview_application_idx" to table: "interview"
DROP INDEX "interview_application_idx";
-- reverse: create "interview" table
DROP TABLE "interview";
