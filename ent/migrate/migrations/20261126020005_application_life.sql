-- +goose Up
-- modify "application" table
ALTER TABLE "application" DROP CONSTRAINT "application_number_check", DROP CONSTRAINT "application_removed_check";
UPDATE "application" SET "removed_on" = COALESCE("removed_on", "erased_on"), "state" = 'ERASED' WHERE "erased_on" IS NOT NULL;
ALTER TABLE "application" ADD CONSTRAINT "application_number_check" CHECK (unique_number IS NOT NULL OR state NOT IN ('ACTIVE', 'REMOVED')), ADD CONSTRAINT "application_removed_check" CHECK ((removed_on IS NULL) = (state NOT IN ('REMOVED', 'ERASED'))), ADD CONSTRAINT "application_state_check" CHECK ((erased_on IS NULL) = (state <> 'ERASED'));
-- create "application_event" table
CREATE TABLE "application_event" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "position" bigint NOT NULL, "happened_on" date NOT NULL, "kind" character varying NOT NULL, "state" character varying NOT NULL, "reason" character varying NOT NULL, "deadline" character varying NULL, "due_on" date NULL, "application_id" character varying NOT NULL, "reception_point_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "application_event_application_history" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "application_event_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE SET NULL, CONSTRAINT "application_event_deadline_check" CHECK ((deadline IS NULL) = (due_on IS NULL)));
-- create index "application_event_position_key" to table: "application_event"
CREATE UNIQUE INDEX "application_event_position_key" ON "application_event" ("application_id", "position");
-- modify "application_summary" table
ALTER TABLE "application_summary" ADD CONSTRAINT "application_summary_merged_check" CHECK ((merged_on IS NULL) = (merged_from IS NULL)), ADD CONSTRAINT "application_summary_rejected_check" CHECK ((rejected_on IS NULL) = (rejected_for IS NULL)), ADD CONSTRAINT "application_summary_warned_check" CHECK ((warned_on IS NULL) = (warned_for IS NULL)), ADD COLUMN "deposited_on" date NULL, ADD COLUMN "numbered_on" date NULL, ADD COLUMN "valid_from" date NULL, ADD COLUMN "rejected_on" date NULL, ADD COLUMN "rejected_for" character varying NULL, ADD COLUMN "warned_on" date NULL, ADD COLUMN "warned_for" character varying NULL, ADD COLUMN "removed_for" character varying NULL, ADD COLUMN "merged_on" date NULL, ADD COLUMN "merged_from" character varying NULL, ADD COLUMN "acknowledged_on" date NULL, ADD COLUMN "noticed_on" date NULL, ADD COLUMN "received_on" date NULL, ADD COLUMN "file_completed_on" date NULL, ADD COLUMN "merged_into_id" character varying NULL, ADD COLUMN "split_from_id" character varying NULL, ADD CONSTRAINT "application_summary_application_merged_into" FOREIGN KEY ("merged_into_id") REFERENCES "application" ("id") ON DELETE SET NULL, ADD CONSTRAINT "application_summary_application_split_from" FOREIGN KEY ("split_from_id") REFERENCES "application" ("id") ON DELETE SET NULL;
-- create "deadline" table
CREATE TABLE "deadline" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "kind" character varying NOT NULL, "reason" character varying NULL, "due_on" date NOT NULL, "announced_from" date NOT NULL, "article" character varying NOT NULL, "announced" boolean NOT NULL DEFAULT false, "passed" boolean NOT NULL DEFAULT false, "application_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "deadline_application_deadlines" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "deadline_announced_check" CHECK (announced_from <= due_on));
-- create index "deadline_application_kind_key" to table: "deadline"
CREATE UNIQUE INDEX "deadline_application_kind_key" ON "deadline" ("application_id", "kind");
-- create index "deadline_announced_from_idx" to table: "deadline"
CREATE INDEX "deadline_announced_from_idx" ON "deadline" ("announced_from") WHERE NOT announced;
-- create index "deadline_due_on_idx" to table: "deadline"
CREATE INDEX "deadline_due_on_idx" ON "deadline" ("due_on") WHERE NOT passed;
-- create "hand_over" table
CREATE TABLE "hand_over" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "organisation_id" character varying NOT NULL, "offered_on" date NOT NULL, "accepted_at" timestamptz NULL, "seen_until" timestamptz NULL, "application_id" character varying NOT NULL, "from_point_id" character varying NOT NULL, "to_point_id" character varying NOT NULL, "offered_by_id" character varying NOT NULL, "accepted_by_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "hand_over_application_application" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "hand_over_reception_point_from_point" FOREIGN KEY ("from_point_id") REFERENCES "reception_point" ("id") ON DELETE NO ACTION, CONSTRAINT "hand_over_reception_point_to_point" FOREIGN KEY ("to_point_id") REFERENCES "reception_point" ("id") ON DELETE NO ACTION, CONSTRAINT "hand_over_person_offered_by" FOREIGN KEY ("offered_by_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "hand_over_person_accepted_by" FOREIGN KEY ("accepted_by_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "hand_over_accepted_check" CHECK ((accepted_at IS NULL) = (accepted_by_id IS NULL) AND (accepted_at IS NULL) = (seen_until IS NULL)), CONSTRAINT "hand_over_points_check" CHECK (from_point_id <> to_point_id), CONSTRAINT "hand_over_second_check" CHECK (accepted_by_id <> offered_by_id));
-- create index "hand_over_open_key" to table: "hand_over"
CREATE UNIQUE INDEX "hand_over_open_key" ON "hand_over" ("application_id") WHERE accepted_at IS NULL;
-- create index "hand_over_application_idx" to table: "hand_over"
CREATE INDEX "hand_over_application_idx" ON "hand_over" ("application_id", "seen_until");
-- create index "hand_over_to_point_idx" to table: "hand_over"
CREATE INDEX "hand_over_to_point_idx" ON "hand_over" ("to_point_id") WHERE accepted_at IS NULL;
-- create "online_registration" table
CREATE TABLE "online_registration" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "deposited_on" date NOT NULL, "handled" boolean NOT NULL DEFAULT false, "application_id" character varying NOT NULL, "reception_point_id" character varying NULL, "assignee_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "online_registration_application_application" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "online_registration_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE SET NULL, CONSTRAINT "online_registration_person_assignee" FOREIGN KEY ("assignee_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "online_registration_assignee_check" CHECK (assignee_id IS NULL OR reception_point_id IS NOT NULL));
-- create index "online_registration_application_key" to table: "online_registration"
CREATE UNIQUE INDEX "online_registration_application_key" ON "online_registration" ("application_id");
-- create index "online_registration_queue_idx" to table: "online_registration"
CREATE INDEX "online_registration_queue_idx" ON "online_registration" ("reception_point_id", "id") WHERE NOT handled;
-- create "proposed_change" table
CREATE TABLE "proposed_change" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "proposed_on" date NOT NULL, "correction" jsonb NOT NULL, "application_id" character varying NOT NULL, "reception_point_id" character varying NOT NULL, "proposed_by_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "proposed_change_application_proposed_changes" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "proposed_change_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE NO ACTION, CONSTRAINT "proposed_change_person_proposed_by" FOREIGN KEY ("proposed_by_id") REFERENCES "person" ("id") ON DELETE NO ACTION);
-- create index "proposed_change_application_idx" to table: "proposed_change"
CREATE INDEX "proposed_change_application_idx" ON "proposed_change" ("application_id");
-- what is known of the lives so far
UPDATE "application_summary" s SET "valid_from" = COALESCE(s."renewed_on", s."registered_on"), "numbered_on" = s."registered_on", "acknowledged_on" = s."registered_on" FROM "application" a WHERE a."id" = s."application_id" AND a."unique_number" IS NOT NULL;
UPDATE "application_summary" s SET "removed_for" = CASE WHEN a."removed_on" < a."valid_until" THEN 'WITHDRAWN' ELSE 'NOT_RENEWED' END FROM "application" a WHERE a."id" = s."application_id" AND a."removed_on" IS NOT NULL;
-- a read of the record takes one processor, see 20261125230000_record_processor.sql
ALTER TABLE "deadline" SET (parallel_workers = 0);
ALTER TABLE "application_event" SET (parallel_workers = 0);
ALTER TABLE "proposed_change" SET (parallel_workers = 0);

-- +goose Down
-- reverse: create index "proposed_change_application_idx" to table: "proposed_change"
DROP INDEX "proposed_change_application_idx";
-- reverse: create "proposed_change" table
DROP TABLE "proposed_change";
-- reverse: create index "online_registration_queue_idx" to table: "online_registration"
DROP INDEX "online_registration_queue_idx";
-- reverse: create index "online_registration_application_key" to table: "online_registration"
DROP INDEX "online_registration_application_key";
-- reverse: create "online_registration" table
DROP TABLE "online_registration";
-- reverse: create index "hand_over_to_point_idx" to table: "hand_over"
DROP INDEX "hand_over_to_point_idx";
-- reverse: create index "hand_over_application_idx" to table: "hand_over"
DROP INDEX "hand_over_application_idx";
-- reverse: create index "hand_over_open_key" to table: "hand_over"
DROP INDEX "hand_over_open_key";
-- reverse: create "hand_over" table
DROP TABLE "hand_over";
-- reverse: create index "deadline_due_on_idx" to table: "deadline"
DROP INDEX "deadline_due_on_idx";
-- reverse: create index "deadline_announced_from_idx" to table: "deadline"
DROP INDEX "deadline_announced_from_idx";
-- reverse: create index "deadline_application_kind_key" to table: "deadline"
DROP INDEX "deadline_application_kind_key";
-- reverse: create "deadline" table
DROP TABLE "deadline";
-- reverse: modify "application_summary" table
ALTER TABLE "application_summary" DROP CONSTRAINT "application_summary_application_split_from", DROP CONSTRAINT "application_summary_application_merged_into", DROP COLUMN "split_from_id", DROP COLUMN "merged_into_id", DROP COLUMN "file_completed_on", DROP COLUMN "received_on", DROP COLUMN "noticed_on", DROP COLUMN "acknowledged_on", DROP COLUMN "merged_from", DROP COLUMN "merged_on", DROP COLUMN "removed_for", DROP COLUMN "warned_for", DROP COLUMN "warned_on", DROP COLUMN "rejected_for", DROP COLUMN "rejected_on", DROP COLUMN "valid_from", DROP COLUMN "numbered_on", DROP COLUMN "deposited_on";
-- reverse: create index "application_event_position_key" to table: "application_event"
DROP INDEX "application_event_position_key";
-- reverse: create "application_event" table
DROP TABLE "application_event";
-- reverse: modify "application" table
ALTER TABLE "application" DROP CONSTRAINT "application_state_check", DROP CONSTRAINT "application_number_check", DROP CONSTRAINT "application_removed_check";
UPDATE "application" SET "state" = 'REMOVED' WHERE "state" = 'ERASED';
UPDATE "application" SET "state" = 'PENDING_VALIDATION' WHERE "state" IN ('DRAFT', 'REJECTED', 'MERGED');
ALTER TABLE "application" ADD CONSTRAINT "application_number_check" CHECK (unique_number IS NOT NULL OR state = 'PENDING_VALIDATION' OR erased_on IS NOT NULL), ADD CONSTRAINT "application_removed_check" CHECK ((removed_on IS NULL) = (state <> 'REMOVED'));
