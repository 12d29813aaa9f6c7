-- Hand-written: how many entries open the groups that lists look at. Without it the
-- database takes every such condition for a rare one, and sorts a whole scope to find
-- its first page (policy, scopeOfApplications).

-- +goose Up
CREATE STATISTICS application_access_identity_stats ON (groups & 1) FROM application_access;
CREATE STATISTICS application_access_summary_stats ON (groups & 3) FROM application_access;
CREATE STATISTICS application_access_file_stats ON (groups & 5) FROM application_access;
CREATE STATISTICS application_access_contact_stats ON (groups & 9) FROM application_access;

-- +goose Down
DROP STATISTICS application_access_identity_stats;
DROP STATISTICS application_access_summary_stats;
DROP STATISTICS application_access_file_stats;
DROP STATISTICS application_access_contact_stats;
