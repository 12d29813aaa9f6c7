-- What the form asks for and was not kept: resources by kind, work, civil status, the home,
-- the disability annex; and where values come from.

-- +goose Up
ALTER TABLE "application_summary" RENAME COLUMN "received_on" TO "personalised_appointment_on";
ALTER TABLE "application_summary" RENAME COLUMN "file_completed_on" TO "single_file_completed_on";
-- modify "application_contact" table
ALTER TABLE "application_contact" ADD COLUMN "care_of" character varying NOT NULL DEFAULT '', ADD COLUMN "mailing" jsonb NULL, ADD COLUMN "second_phone" character varying NULL, ADD COLUMN "email_allowed" boolean NOT NULL DEFAULT false, ADD COLUMN "text_allowed" boolean NOT NULL DEFAULT false, ADD COLUMN "helping_phone" character varying NULL, ADD COLUMN "helping_email" character varying NOT NULL DEFAULT '', ADD COLUMN "dwelling" jsonb NULL, ADD COLUMN "provenance" jsonb NOT NULL DEFAULT ('[]'::jsonb);
-- modify "application_file" table
ALTER TABLE "application_file" ADD COLUMN "earlier_tax_income" bigint NULL, ADD COLUMN "provenance" jsonb NOT NULL DEFAULT ('[]'::jsonb);
-- modify "application_summary" table
ALTER TABLE "application_summary" ADD COLUMN "enlarged" boolean NOT NULL DEFAULT false, ADD COLUMN "category" character varying NOT NULL DEFAULT '', ADD COLUMN "provenance" jsonb NOT NULL DEFAULT ('[]'::jsonb);
-- modify "household_member" table
ALTER TABLE "household_member" ADD COLUMN "resources" jsonb NOT NULL DEFAULT ('[]'::jsonb), ADD COLUMN "maintenance_paid" bigint NULL, ADD COLUMN "provenance" jsonb NOT NULL DEFAULT ('[]'::jsonb);
-- modify "member_particulars" table
ALTER TABLE "member_particulars" ADD COLUMN "civil_status" jsonb NULL, ADD COLUMN "work" jsonb NULL, ADD COLUMN "provenance" jsonb NOT NULL DEFAULT ('[]'::jsonb);
-- modify "sensitive_record" table
ALTER TABLE "sensitive_record" ADD COLUMN "disability" jsonb NULL, ADD COLUMN "resources" jsonb NOT NULL DEFAULT ('[]'::jsonb);
-- create index "deadline_kind_idx" to table: "deadline"
CREATE INDEX "deadline_kind_idx" ON "deadline" ("kind", "due_on");

-- +goose Down
-- reverse: create index "deadline_kind_idx" to table: "deadline"
DROP INDEX "deadline_kind_idx";
-- reverse: modify "sensitive_record" table
ALTER TABLE "sensitive_record" DROP COLUMN "resources", DROP COLUMN "disability";
-- reverse: modify "member_particulars" table
ALTER TABLE "member_particulars" DROP COLUMN "provenance", DROP COLUMN "work", DROP COLUMN "civil_status";
-- reverse: modify "household_member" table
ALTER TABLE "household_member" DROP COLUMN "provenance", DROP COLUMN "maintenance_paid", DROP COLUMN "resources";
-- reverse: modify "application_summary" table
ALTER TABLE "application_summary" DROP COLUMN "provenance", DROP COLUMN "category", DROP COLUMN "enlarged";
-- reverse: modify "application_file" table
ALTER TABLE "application_file" DROP COLUMN "provenance", DROP COLUMN "earlier_tax_income";
-- reverse: modify "application_contact" table
ALTER TABLE "application_contact" DROP COLUMN "provenance", DROP COLUMN "dwelling", DROP COLUMN "helping_email", DROP COLUMN "helping_phone", DROP COLUMN "text_allowed", DROP COLUMN "email_allowed", DROP COLUMN "second_phone", DROP COLUMN "mailing", DROP COLUMN "care_of";
ALTER TABLE "application_summary" RENAME COLUMN "personalised_appointment_on" TO "received_on";
ALTER TABLE "application_summary" RENAME COLUMN "single_file_completed_on" TO "file_completed_on";
