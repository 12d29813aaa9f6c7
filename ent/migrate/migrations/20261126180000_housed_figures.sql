-- Figures of a year about the households that were housed, and by which merged applications
-- are found: seniority is that of the oldest.

-- +goose Up
-- create index "application_summary_merged_idx" to table: "application_summary"
CREATE INDEX "application_summary_merged_idx" ON "application_summary" ("merged_into_id") WHERE merged_into_id IS NOT NULL;
-- create "housed_figures" table
CREATE TABLE "housed_figures" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "year" bigint NOT NULL, "published_at" timestamptz NOT NULL, "threshold" bigint NOT NULL, "base" bigint NOT NULL, "tables" jsonb NOT NULL, PRIMARY KEY ("id"));
-- create index "housed_figures_year_key" to table: "housed_figures"
CREATE UNIQUE INDEX "housed_figures_year_key" ON "housed_figures" ("year");

-- +goose Down
-- reverse: create index "housed_figures_year_key" to table: "housed_figures"
DROP INDEX "housed_figures_year_key";
-- reverse: create "housed_figures" table
DROP TABLE "housed_figures";
-- reverse: create index "application_summary_merged_idx" to table: "application_summary"
DROP INDEX "application_summary_merged_idx";
