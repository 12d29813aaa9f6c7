-- +goose Up
-- create "lock_out" table
CREATE TABLE "lock_out" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "bucket" bigint NOT NULL, "failures" bigint NOT NULL DEFAULT 0, "failures_since" timestamptz NULL, "locked_until" timestamptz NULL, PRIMARY KEY ("id"));
-- create index "lock_out_bucket_key" to table: "lock_out"
CREATE UNIQUE INDEX "lock_out_bucket_key" ON "lock_out" ("bucket");
-- create "used_assertion" table
CREATE TABLE "used_assertion" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "hash" bytea NOT NULL, "expires_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "used_assertion_hash_key" to table: "used_assertion"
CREATE UNIQUE INDEX "used_assertion_hash_key" ON "used_assertion" ("hash");
-- create index "used_assertion_expiry_idx" to table: "used_assertion"
CREATE INDEX "used_assertion_expiry_idx" ON "used_assertion" ("expires_at");
-- create "partner_app" table
CREATE TABLE "partner_app" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "name" character varying NOT NULL COLLATE "fr-x-icu", "scopes" jsonb NOT NULL, "read_only" boolean NOT NULL, "operations" jsonb NOT NULL, "origins" jsonb NOT NULL, "networks" jsonb NOT NULL, "audiences" jsonb NOT NULL, "public_keys" jsonb NOT NULL, "valid_until" date NOT NULL, "revoked_at" timestamptz NULL, "tokens_from" timestamptz NULL, "last_used_at" timestamptz NULL, "failures" bigint NOT NULL DEFAULT 0, "failures_since" timestamptz NULL, "locked_until" timestamptz NULL, "version" bigint NOT NULL DEFAULT 1, "organisation_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "partner_app_organisation_organisation" FOREIGN KEY ("organisation_id") REFERENCES "organisation" ("id") ON DELETE NO ACTION);
-- create index "partner_app_organisation_idx" to table: "partner_app"
CREATE INDEX "partner_app_organisation_idx" ON "partner_app" ("organisation_id", "name", "id");
-- create "partner_app_commune" table
CREATE TABLE "partner_app_commune" ("partner_app_id" character varying NOT NULL, "commune_id" character varying NOT NULL, PRIMARY KEY ("partner_app_id", "commune_id"), CONSTRAINT "partner_app_commune_app_fkey" FOREIGN KEY ("partner_app_id") REFERENCES "partner_app" ("id") ON DELETE CASCADE, CONSTRAINT "partner_app_commune_commune_fkey" FOREIGN KEY ("commune_id") REFERENCES "commune" ("id") ON DELETE CASCADE);
-- create "partner_app_reception_point" table
CREATE TABLE "partner_app_reception_point" ("partner_app_id" character varying NOT NULL, "reception_point_id" character varying NOT NULL, PRIMARY KEY ("partner_app_id", "reception_point_id"), CONSTRAINT "partner_app_reception_point_app_fkey" FOREIGN KEY ("partner_app_id") REFERENCES "partner_app" ("id") ON DELETE CASCADE, CONSTRAINT "partner_app_reception_point_point_fkey" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE CASCADE);
-- create "partner_app_secret" table
CREATE TABLE "partner_app_secret" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "hash" bytea NOT NULL, "made_at" timestamptz NOT NULL, "partner_app_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "partner_app_secret_partner_app_secrets" FOREIGN KEY ("partner_app_id") REFERENCES "partner_app" ("id") ON DELETE NO ACTION);
-- create index "partner_app_secret_app_idx" to table: "partner_app_secret"
CREATE INDEX "partner_app_secret_app_idx" ON "partner_app_secret" ("partner_app_id");

-- +goose Down
-- reverse: create index "partner_app_secret_app_idx" to table: "partner_app_secret"
DROP INDEX "partner_app_secret_app_idx";
-- reverse: create "partner_app_secret" table
DROP TABLE "partner_app_secret";
-- reverse: create "partner_app_reception_point" table
DROP TABLE "partner_app_reception_point";
-- reverse: create "partner_app_commune" table
DROP TABLE "partner_app_commune";
-- reverse: create index "partner_app_organisation_idx" to table: "partner_app"
DROP INDEX "partner_app_organisation_idx";
-- reverse: create "partner_app" table
DROP TABLE "partner_app";
-- reverse: create index "used_assertion_expiry_idx" to table: "used_assertion"
DROP INDEX "used_assertion_expiry_idx";
-- reverse: create index "used_assertion_hash_key" to table: "used_assertion"
DROP INDEX "used_assertion_hash_key";
-- reverse: create "used_assertion" table
DROP TABLE "used_assertion";
-- reverse: create index "lock_out_bucket_key" to table: "lock_out"
DROP INDEX "lock_out_bucket_key";
-- reverse: create "lock_out" table
DROP TABLE "lock_out";
