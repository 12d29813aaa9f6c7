-- +goose Up
-- create "registry_event" table
CREATE TABLE "registry_event" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "kind" character varying NOT NULL, "happened_at" timestamptz NOT NULL, "removed_for" character varying NULL, "state" character varying NOT NULL DEFAULT 'TO_SEND', "rejected_for" character varying NOT NULL DEFAULT '', "tries" bigint NOT NULL DEFAULT 0, "next_try" timestamptz NOT NULL, "application_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "registry_event_application_application" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "registry_event_rejected_check" CHECK ((rejected_for = '') = (state <> 'REJECTED')), CONSTRAINT "registry_event_removed_check" CHECK (removed_for IS NULL OR kind = 'RAD'));
-- create index "registry_event_waiting_idx" to table: "registry_event"
CREATE INDEX "registry_event_waiting_idx" ON "registry_event" ("id") WHERE state = 'TO_SEND';
-- create index "registry_event_application_idx" to table: "registry_event"
CREATE INDEX "registry_event_application_idx" ON "registry_event" ("application_id");

-- +goose Down
-- reverse: create index "registry_event_application_idx" to table: "registry_event"
DROP INDEX "registry_event_application_idx";
-- reverse: create index "registry_event_waiting_idx" to table: "registry_event"
DROP INDEX "registry_event_waiting_idx";
-- reverse: create "registry_event" table
DROP TABLE "registry_event";
