-- The rents of a month as anyone may read them: what landlords state of each dwelling is theirs.

-- +goose Up
-- create "published_rents" table
CREATE TABLE "published_rents" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "month" date NOT NULL, "published_at" timestamptz NOT NULL, "threshold" bigint NOT NULL, "landlords" bigint NOT NULL, "share" bigint NOT NULL, "months" bigint NOT NULL, "base" bigint NOT NULL, "cells" jsonb NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "published_rents_month_check" CHECK (extract(day FROM month) = 1));
-- create index "published_rents_month_key" to table: "published_rents"
CREATE UNIQUE INDEX "published_rents_month_key" ON "published_rents" ("month");

-- +goose Down
-- reverse: create index "published_rents_month_key" to table: "published_rents"
DROP INDEX "published_rents_month_key";
-- reverse: create "published_rents" table
DROP TABLE "published_rents";
