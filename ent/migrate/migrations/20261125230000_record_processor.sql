-- +goose Up
-- A read of the record takes one processor: each further one would go through the
-- caller's whole scope again.
ALTER TABLE "application" SET (parallel_workers = 0);
ALTER TABLE "application_access" SET (parallel_workers = 0);
ALTER TABLE "application_contact" SET (parallel_workers = 0);
ALTER TABLE "application_file" SET (parallel_workers = 0);
ALTER TABLE "application_summary" SET (parallel_workers = 0);
ALTER TABLE "household_member" SET (parallel_workers = 0);
ALTER TABLE "member_particulars" SET (parallel_workers = 0);
ALTER TABLE "sensitive_record" SET (parallel_workers = 0);
ALTER TABLE "wish" SET (parallel_workers = 0);

-- +goose Down
ALTER TABLE "wish" RESET (parallel_workers);
ALTER TABLE "sensitive_record" RESET (parallel_workers);
ALTER TABLE "member_particulars" RESET (parallel_workers);
ALTER TABLE "household_member" RESET (parallel_workers);
ALTER TABLE "application_summary" RESET (parallel_workers);
ALTER TABLE "application_file" RESET (parallel_workers);
ALTER TABLE "application_contact" RESET (parallel_workers);
ALTER TABLE "application_access" RESET (parallel_workers);
ALTER TABLE "application" RESET (parallel_workers);
