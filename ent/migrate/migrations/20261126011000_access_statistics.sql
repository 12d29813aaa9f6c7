-- Hand-written: how many entries open the groups that lists look at. Without it the
-- database takes every such condition for a rare one, and sorts a whole scope to find
-- its first page (policy, scopeOfApplications). And how many entries each audience has, not
-- only the hundred largest: of the others it would expect too many, and look for the few
-- files of an applicant among all.

-- +goose Up
CREATE STATISTICS application_access_identity_stats ON (groups & 1) FROM application_access;
CREATE STATISTICS application_access_summary_stats ON (groups & 3) FROM application_access;
CREATE STATISTICS application_access_file_stats ON (groups & 5) FROM application_access;
CREATE STATISTICS application_access_contact_stats ON (groups & 9) FROM application_access;
ALTER TABLE application_access ALTER COLUMN audience_id SET STATISTICS 1000;

-- +goose Down
ALTER TABLE application_access ALTER COLUMN audience_id SET STATISTICS -1;
DROP STATISTICS application_access_identity_stats;
DROP STATISTICS application_access_summary_stats;
DROP STATISTICS application_access_file_stats;
DROP STATISTICS application_access_contact_stats;
