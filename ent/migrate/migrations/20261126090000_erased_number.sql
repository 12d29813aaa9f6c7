-- The numbers of erased applications, as keyed hashes: what an extract of the national
-- registry brings back is recognised, and not made again.

-- +goose Up
-- create "erased_number" table
CREATE TABLE "erased_number" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "application_id" character varying NOT NULL, "digest" bytea NOT NULL, "erased_on" date NOT NULL, "removed_for" character varying NULL, PRIMARY KEY ("id"));
-- create index "erased_number_application_key" to table: "erased_number"
CREATE UNIQUE INDEX "erased_number_application_key" ON "erased_number" ("application_id");
-- create index "erased_number_digest_idx" to table: "erased_number"
CREATE INDEX "erased_number_digest_idx" ON "erased_number" ("digest");

-- +goose Down
-- reverse: create index "erased_number_digest_idx" to table: "erased_number"
DROP INDEX "erased_number_digest_idx";
-- reverse: create index "erased_number_application_key" to table: "erased_number"
DROP INDEX "erased_number_application_key";
-- reverse: create "erased_number" table
DROP TABLE "erased_number";
