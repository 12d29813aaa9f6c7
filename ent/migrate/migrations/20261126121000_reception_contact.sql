-- What a contact at a reception point was about, and how it ended.

-- +goose Up
-- modify "reception_contact" table
ALTER TABLE "reception_contact" ADD COLUMN "motive" character varying NOT NULL DEFAULT '', ADD COLUMN "outcome" character varying NOT NULL DEFAULT '', ADD COLUMN "minutes" bigint NULL, ADD COLUMN "languages" jsonb NOT NULL DEFAULT ('[]'::jsonb), ADD COLUMN "occurred_at" timestamptz NULL, ADD COLUMN "client_key" character varying NULL, ADD COLUMN "application_id" character varying NULL, ADD CONSTRAINT "reception_contact_application_application" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE SET NULL;
-- what was recorded so far was recorded at once
UPDATE "reception_contact" SET "occurred_at" = "recorded_at";
ALTER TABLE "reception_contact" ALTER COLUMN "occurred_at" SET NOT NULL;
-- create index "reception_contact_list_idx" to table: "reception_contact"
CREATE INDEX "reception_contact_list_idx" ON "reception_contact" ("reception_point_id", "id");
-- create index "reception_contact_application_idx" to table: "reception_contact"
CREATE INDEX "reception_contact_application_idx" ON "reception_contact" ("application_id", "id") WHERE application_id IS NOT NULL;
-- create index "reception_contact_client_key" to table: "reception_contact"
CREATE UNIQUE INDEX "reception_contact_client_key" ON "reception_contact" ("recorded_by_id", "client_key") WHERE client_key IS NOT NULL;

-- +goose Down
-- reverse: create index "reception_contact_client_key" to table: "reception_contact"
DROP INDEX "reception_contact_client_key";
-- reverse: create index "reception_contact_application_idx" to table: "reception_contact"
DROP INDEX "reception_contact_application_idx";
-- reverse: create index "reception_contact_list_idx" to table: "reception_contact"
DROP INDEX "reception_contact_list_idx";
-- reverse: modify "reception_contact" table
ALTER TABLE "reception_contact" DROP CONSTRAINT "reception_contact_application_application", DROP COLUMN "application_id", DROP COLUMN "client_key", DROP COLUMN "occurred_at", DROP COLUMN "languages", DROP COLUMN "minutes", DROP COLUMN "outcome", DROP COLUMN "motive";
