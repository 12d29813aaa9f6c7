-- Telephones are compared among the files that the caller sees, and looked up nowhere: by an
-- index, the time of a search told whether a hidden file has the number.

-- +goose Up
-- drop index "application_contact_phone_idx" from table: "application_contact"
DROP INDEX "application_contact_phone_idx";

-- +goose Down
-- reverse: drop index "application_contact_phone_idx" from table: "application_contact"
CREATE INDEX "application_contact_phone_idx" ON "application_contact" ("phone");
