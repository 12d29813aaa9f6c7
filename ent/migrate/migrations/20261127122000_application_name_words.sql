-- A rare name is looked up by its letters: a search that found few, or none, went through the
-- names of all files.

-- +goose Up
-- create index "application_name_key_idx" to table: "application"
CREATE INDEX "application_name_key_idx" ON "application" USING GIN ("name_key" ext.gin_trgm_ops);

-- +goose Down
-- reverse: create index "application_name_key_idx" to table: "application"
DROP INDEX "application_name_key_idx";
