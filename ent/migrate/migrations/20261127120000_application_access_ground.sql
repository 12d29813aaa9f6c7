-- Why somebody sees an application is read from the index that says who does: a page of fifty
-- looked at some three hundred rows for it.

-- +goose Up
-- drop index "application_access_key" from table: "application_access"
DROP INDEX "application_access_key";
-- create index "application_access_key" to table: "application_access"
CREATE UNIQUE INDEX "application_access_key" ON "application_access" ("application_id", "audience_id") INCLUDE ("ground", "groups", "valid_from", "valid_until");

-- +goose Down
-- reverse: create index "application_access_key" to table: "application_access"
DROP INDEX "application_access_key";
-- reverse: drop index "application_access_key" from table: "application_access"
CREATE UNIQUE INDEX "application_access_key" ON "application_access" ("application_id", "audience_id") INCLUDE ("groups", "valid_from", "valid_until");
