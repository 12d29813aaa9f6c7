-- Forms that are not deposited yet: an application is made of one at its deposit, under the
-- identifier that was kept for it.

-- +goose Up
-- create "draft" table
CREATE TABLE "draft" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "application_id" character varying NOT NULL, "issuer" character varying NOT NULL DEFAULT '', "subject" character varying NOT NULL DEFAULT '', "form" jsonb NOT NULL, "changed_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "reception_point_id" character varying NULL, "person_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "draft_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE SET NULL, CONSTRAINT "draft_person_person" FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "draft_writer_check" CHECK ((person_id IS NULL) = (subject <> '') AND (person_id IS NULL) = (reception_point_id IS NULL)));
-- create index "draft_application_key" to table: "draft"
CREATE UNIQUE INDEX "draft_application_key" ON "draft" ("application_id");
-- create index "draft_person_idx" to table: "draft"
CREATE INDEX "draft_person_idx" ON "draft" ("person_id", "id");
-- create index "draft_account_idx" to table: "draft"
CREATE INDEX "draft_account_idx" ON "draft" ("subject", "issuer", "id") WHERE person_id IS NULL;

-- +goose Down
-- reverse: create index "draft_account_idx" to table: "draft"
DROP INDEX "draft_account_idx";
-- reverse: create index "draft_person_idx" to table: "draft"
DROP INDEX "draft_person_idx";
-- reverse: create index "draft_application_key" to table: "draft"
DROP INDEX "draft_application_key";
-- reverse: create "draft" table
DROP TABLE "draft";
