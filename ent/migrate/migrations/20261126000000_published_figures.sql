-- +goose Up
-- create "published_figures" table
CREATE TABLE "published_figures" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "month" date NOT NULL, "crossing" character varying NOT NULL, "published_at" timestamptz NOT NULL, "threshold" bigint NOT NULL, "base" bigint NOT NULL, "table" jsonb NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "published_figures_month_check" CHECK (extract(day FROM month) = 1));
-- create index "published_figures_month_crossing_key" to table: "published_figures"
CREATE UNIQUE INDEX "published_figures_month_crossing_key" ON "published_figures" ("month", "crossing");

-- +goose Down
-- reverse: create index "published_figures_month_crossing_key" to table: "published_figures"
DROP INDEX "published_figures_month_crossing_key";
-- reverse: create "published_figures" table
DROP TABLE "published_figures";
